"""`python -m simulators <bank|psp|mail|messages|debtors|portfolio> …`"""

from simulators.command import main

if __name__ == "__main__":
    main()
