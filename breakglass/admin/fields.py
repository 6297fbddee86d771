"""The form fields that both admins' forms are made of."""

from __future__ import annotations

from typing import Any

from django import forms


class LinesField(forms.CharField):
    """A list of names, one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 40, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        """The names in their order, each once."""
        text = super().to_python(value) or ""
        return list(dict.fromkeys(name for line in text.splitlines() if (name := line.strip())))

    def prepare_value(self, value: Any) -> Any:
        """One a line."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other names are in it."""
        return bool(self.to_python(data) != (initial or []))


class WhenField(forms.DateTimeField):
    """A date and a time in UTC, by the browser's own widget."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
