"""`GET /`: where to go from the bare address, and from a page's address with a slash too many.

Addresses are relative, so that all of it also works below a path of a proxy.
"""

from typing import Final

from aiohttp import hdrs, web

routes = web.RouteTableDef()

_PAGE: Final = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Có Dấu</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>Có Dấu</h1>
<ul>
<li><a href="moderate">Trang kiểm duyệt</a> <span lang="en">(for moderators)</span></li>
<li><a href="docs">Tài liệu API</a> <span lang="en">(the API, described)</span></li>
<li><a href="readyz">Tình trạng</a> <span lang="en">(is it ready?)</span></li>
</ul>
</body>
</html>
"""

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@routes.get("/")
async def front(_: web.Request) -> web.Response:
    """The page itself."""
    return web.Response(text=_PAGE, content_type="text/html", headers=_HEADERS)


@routes.get("/docs/")
@routes.get("/moderate/")
async def without_slash(request: web.Request) -> web.Response:
    """The page that was meant: its relative addresses would lead astray here."""
    return web.Response(status=308, headers={hdrs.LOCATION: f"..{request.path.rstrip('/')}"})
