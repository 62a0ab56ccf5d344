"""What all contenders share. It imports nothing, as start-up and memory are measured with it."""

MODEL = "bench/model"
KEY = "key"
Messages = list[dict[str, str]]
QUESTION: Messages = [{"role": "user", "content": "Tell me a long story."}]
