"""Values that all contenders share. Imports nothing, since start-up and memory are measured with it."""

MODEL = "bench/model"
KEY = "key"
Messages = list[dict[str, str]]
QUESTION: Messages = [{"role": "user", "content": "Tell me a long story."}]
