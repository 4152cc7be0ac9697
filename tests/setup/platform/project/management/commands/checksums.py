"""A command of the stand-in."""


class Command:
    help = "sum up every table"
