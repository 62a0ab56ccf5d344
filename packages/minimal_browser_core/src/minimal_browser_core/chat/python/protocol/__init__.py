"""The wire format: request bodies, Server-Sent Events and the JSON of responses."""
