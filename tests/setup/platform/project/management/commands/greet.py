"""A command of the stand-in."""


class Command:
    help = "say good day"
