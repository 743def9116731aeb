"""Run plans: from a plan and a question to an answer, inside a budget."""
