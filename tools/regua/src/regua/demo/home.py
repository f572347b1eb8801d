"""Which home the commands of a person look at."""

import os

from regua.stack.home import Home, find_home


def demo_root() -> Home:
    """Where `regua demo` keeps its platform: REGUA_HOME if set, else `.regua/demo`."""
    if os.environ.get("REGUA_HOME", "").strip():
        return find_home(os.environ)
    return Home(find_home(os.environ).root / "demo")


def demo_home() -> Home:
    """REGUA_HOME if set, else the demo's home if there is one, else the home of `regua up`."""
    demo = demo_root()
    return demo if (demo.root / "state.json").exists() else find_home(os.environ)
