"""`GET /docs`: the OpenAPI document as a page to read and to try, with nothing fetched from outside.

Swagger UI's files come with the installation, in the package `swagger-ui-py`; its Python code is not used and
not imported. Addresses are relative, so that the page also works below a path of a proxy.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from aiohttp import web

routes = web.RouteTableDef()

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Có Dấu: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<noscript>This page needs JavaScript; the document is at <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START: Final = """"use strict";
SwaggerUIBundle({
  url: new URL("openapi.json", location.href).href,
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
"""

_ASSETS: Final = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})

_HEADERS: Final = {
    # Swagger UI draws its small pictures from data addresses
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def assets_folder() -> Path:
    """Where the installation keeps Swagger UI's files.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    package = find_spec("swagger_ui")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("swagger-ui-py is not installed")
    return Path(package.submodule_search_locations[0], "static")


@routes.get("/docs")
async def page(_: web.Request) -> web.Response:
    """The page itself."""
    return web.Response(text=_PAGE, content_type="text/html", headers=_HEADERS)


@routes.get("/docs/start.js")
async def start(_: web.Request) -> web.Response:
    """The few lines that start Swagger UI; a file of its own, since the page allows no script in it."""
    return web.Response(text=_START, content_type="text/javascript", headers=_HEADERS)


@routes.get("/docs/{name}")
async def asset(request: web.Request) -> web.StreamResponse:
    """One of Swagger UI's files."""
    name = request.match_info["name"]
    if name not in _ASSETS:
        raise web.HTTPNotFound
    headers = _HEADERS | {"Cache-Control": "public, max-age=86400"}
    return web.FileResponse(assets_folder() / name, headers=headers)
