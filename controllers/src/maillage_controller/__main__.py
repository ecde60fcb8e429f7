"""`python -m maillage_controller`: reads badges from its input, line by line, and answers on its output."""

from maillage_controller.program import main

main()
