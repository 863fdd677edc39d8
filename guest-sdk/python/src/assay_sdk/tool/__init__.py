"""From a project directory to a component. Runs where a measure is built, never inside one: it may use
files and processes, and nothing else of this package imports it.
"""
