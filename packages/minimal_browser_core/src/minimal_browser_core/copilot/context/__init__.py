"""The open page as a model gets it: which pages may be read, how their text is cleaned, cut and marked."""
