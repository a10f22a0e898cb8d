"""What logs, figures and spans may say of a request's path: the pattern of its route.

The path itself may name a reader's thread, and there are as many as anybody cares to ask for.
"""

from aiohttp import web


def pattern_of(request: web.Request) -> str:
    """As `/v1/threads/{thread}/comments`; `none` where no route has such a path."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"
