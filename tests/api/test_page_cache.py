"""Pages are rendered once for all who ask at the same time, and never served past their version."""

import asyncio

from service.api.page_cache import Page, Pages

NAME = ("bao", "t")


class Renderer:
    """Renders when it is told to, and counts."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.times = 0

    async def of(self, version: int) -> Page:
        self.times += 1
        await self.go_on.wait()
        return Page(version, f'"{version}"', b"{}")


async def begun(pages: Pages, renderer: Renderer, *versions: int) -> list[asyncio.Task[Page]]:
    """Readers who wait, each for the version that he saw."""

    async def read(version: int) -> Page:
        return await pages.of_version(NAME, version, lambda: renderer.of(version))

    tasks = [asyncio.create_task(read(version)) for version in versions]
    await asyncio.sleep(0)
    return tasks


async def test_ten_readers_of_one_version_have_it_rendered_once() -> None:
    pages, renderer = Pages(), Renderer()
    readers = await begun(pages, renderer, *[1] * 10)
    renderer.go_on.set()
    assert {(await reader).version for reader in readers} == {1}
    assert (renderer.times, [(await one).version for one in await begun(pages, renderer, 1)]) == (1, [1])
    assert renderer.times == 1, "it is kept"


async def test_who_saw_a_newer_version_does_not_get_what_is_being_rendered() -> None:
    pages, renderer = Pages(), Renderer()
    older, newer = await begun(pages, renderer, 1, 2)
    renderer.go_on.set()
    assert ((await older).version, (await newer).version, renderer.times) == (1, 2, 2)


async def test_a_reader_who_leaves_takes_the_page_from_nobody() -> None:
    pages, renderer = Pages(), Renderer()
    leaves, stays = await begun(pages, renderer, 1, 1)
    leaves.cancel()
    renderer.go_on.set()
    assert ((await stays).version, renderer.times) == (1, 1)


async def test_a_failure_is_told_to_all_who_wait_and_to_nobody_after_them() -> None:
    pages, renderer = Pages(), Renderer()

    async def fail() -> Page:
        await renderer.go_on.wait()
        raise LookupError

    waiting = [asyncio.create_task(pages.of_version(NAME, 1, fail)) for _ in range(3)]
    await asyncio.sleep(0)
    renderer.go_on.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [LookupError] * 3
    [after] = await begun(pages, renderer, 1)
    assert (await after).version == 1
