"""The weights of local models: known ones in `known`, brought here by `fetch`."""
