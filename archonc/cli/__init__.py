"""The command line: `archonc COMMAND`. One file a command."""
