"""Everything that can go wrong at run time, one tree.

ArchonError
├── PlanInvalid              R0101  the plan file is damaged, unknown or not a plan
├── QuestionInvalid          R0102  the question is empty or malformed
├── JournalFailed            R0103  the journal cannot be read or written
│   ├── RunTaken             R0106  another process is working on the same run
│   └── ReplayMissing        R0107  the journal has no reply to a call that is replayed
├── SandboxUnavailable       R0104  nothing on this machine can run untrusted checks
├── ModelMissing             R0105  the weights or the package of a local model are not there
├── BudgetExceeded           R0110  a limit would be passed
├── WindowExceeded           R0112  the prompt cannot fit the model's context window
├── RunStopped               R0113  stopped or out of time before one candidate existed
├── StepFailed               R0120  a technique could not do its work
└── ProviderError            R0130  a model could not be asked; leaves say how
    ├── KeyMissing           R0131  the environment variable of the key is not set
    ├── ProviderRefused      R0132  the provider will not serve this request (4xx)
    ├── ProviderRateLimited  R0133  429
    ├── ProviderUnavailable  R0134  not reached, or it failed (5xx)
    ├── ProviderTimeout      R0135  it took too long
    ├── BadResponse          R0136  what came is not a completion
    ├── ContentFiltered      R0137  the provider's filter took the prompt or the answer
    └── KeyRefused           R0138  the provider does not accept the key, or its quota is used up
"""

from __future__ import annotations

from typing import ClassVar

from archon_runtime.usage import Usage

__all__ = [
    "ArchonError",
    "BadResponse",
    "BudgetExceeded",
    "ContentFiltered",
    "JournalFailed",
    "KeyMissing",
    "KeyRefused",
    "ModelMissing",
    "PlanInvalid",
    "ProviderError",
    "ProviderRateLimited",
    "ProviderRefused",
    "ProviderTimeout",
    "ProviderUnavailable",
    "QuestionInvalid",
    "ReplayMissing",
    "RunStopped",
    "RunTaken",
    "SandboxUnavailable",
    "StepFailed",
    "WindowExceeded",
]


class ArchonError(Exception):
    """A failure that a user can act on: a message, a code, and a way out.

    `place` says where (a step's id, a model, a file and JSON pointer); `help` is an
    instruction. Both may be filled in by whoever knows, while the error travels.
    An error that ends a run carries what was spent until then (`usage`) and, if there
    is a journal to resume it from, the run's id.
    """

    code: ClassVar[str] = "R0100"

    def __init__(self, message: str, *, place: str = "", help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.help = help
        self.usage: Usage | None = None
        self.run_id = ""

    def __str__(self) -> str:
        """Message with its place; the help is shown apart."""
        return f"{self.place}: {self.message}" if self.place else self.message


class PlanInvalid(ArchonError):
    """The plan file is damaged, of an unknown version, or not a plan."""

    code = "R0101"


class QuestionInvalid(ArchonError):
    """The question is empty or malformed."""

    code = "R0102"


class JournalFailed(ArchonError):
    """The journal cannot be opened, read or written, or has no such run."""

    code = "R0103"


class RunTaken(JournalFailed):
    """Another process is working on the same run."""

    code = "R0106"


class ReplayMissing(JournalFailed):
    """The journal has no reply to a call that is to be replayed."""

    code = "R0107"


class SandboxUnavailable(ArchonError):
    """Nothing on this machine can run untrusted checks safely."""

    code = "R0104"


class ModelMissing(ArchonError):
    """The weights of a local model, or the package that runs them, are not there."""

    code = "R0105"


class BudgetExceeded(ArchonError):
    """A limit of a budget would be passed by the next call."""

    code = "R0110"


class WindowExceeded(ArchonError):
    """The prompt cannot fit the model's context window."""

    code = "R0112"


class RunStopped(ArchonError):
    """The run was stopped, or its time was up, before one candidate existed."""

    code = "R0113"


class StepFailed(ArchonError):
    """A technique could not do its work."""

    code = "R0120"


class ProviderError(ArchonError):
    """A model could not be asked, or its answer could not be had.

    `retryable`: asking again may help. `retry_after_s`: how long the provider asks
    to wait. `billed`: tokens may have been paid for (the request was sent and may
    have been worked on). `other_keys`: how many other keys the provider has, if the
    failure is that of a key and another one may be used now; else 0. `stated`: the
    tokens of the prompt and of the completion, where an unusable reply states them.
    """

    code = "R0130"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        place: str = "",
        help: str = "",
        retry_after_s: float | None = None,
        billed: bool = False,
    ) -> None:
        super().__init__(message, place=place, help=help)
        self.retry_after_s = retry_after_s
        self.billed = billed
        self.other_keys = 0
        self.stated: tuple[int, int] | None = None


class KeyMissing(ProviderError):
    """The environment variable that should hold the key is not set."""

    code = "R0131"


class ProviderRefused(ProviderError):
    """The provider will not serve this request, now or later (4xx)."""

    code = "R0132"


class ProviderRateLimited(ProviderError):
    """The provider asks to slow down (429)."""

    code = "R0133"
    retryable = True


class ProviderUnavailable(ProviderError):
    """The provider could not be reached or failed (5xx, cut connection)."""

    code = "R0134"
    retryable = True


class ProviderTimeout(ProviderError):
    """The provider took too long."""

    code = "R0135"
    retryable = True


class BadResponse(ProviderError):
    """What came back is not a completion: HTML, broken JSON, no choice, no text."""

    code = "R0136"
    retryable = True


class ContentFiltered(ProviderError):
    """The provider's filter took the prompt, or all of the answer; asking again won't help."""

    code = "R0137"


class KeyRefused(ProviderError):
    """The provider does not accept the key (401, 403), or the key's quota is used up.

    `of_model`: it may be good for other models.
    """

    code = "R0138"

    def __init__(self, message: str, *, help: str = "", of_model: bool = False) -> None:
        super().__init__(message, help=help)
        self.of_model = of_model
