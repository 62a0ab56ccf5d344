"""What a model may ask the browser to do: one tool a file.

Arguments come from a model that a hostile page may steer. Those that do not fit are rejected with a reason and never
guessed at; those that fit are still only a proposal, which the user or a setting decides on.
"""
