"""What a user holds and may do, without a screen: session, rankings, user layers and criteria, snapshots, permalinks.

No Streamlit, Typer or Starlette.
"""
