"""`manage.py state_diagram`: the states of a bypass as a Mermaid diagram, from the table that the code obeys."""

from typing import Any

from django.core.management.base import BaseCommand

from breakglass import states


class Command(BaseCommand):
    help = "Print the states of a bypass as a Mermaid diagram."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(states.diagram())
