"""The examples in docs/client.md, run one after the other against live servers."""

import ast
import inspect
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pokerws.server.app import App
from pokerws.settings import Settings
from tests.client.token_service import SECRET, TokenService
from tests.settings import settings_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "client.md"


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    app = App(settings)
    await app.start()
    try:
        yield app.socket_url
    finally:
        await app.stop()


async def test_the_examples_of_the_document_run() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 8
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(
            serving(settings_of(port=0, use_input_validation=True))
        )
        guarded = settings_of(port=0, use_auth_middleware=True, auth_secret=SECRET)
        guarded_url = await stack.enter_async_context(serving(guarded))
        service = TokenService()
        names = {"url": url, "guarded_url": guarded_url, "service": service}
        for block in blocks:
            code = compile(block, str(DOCUMENT), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            running = eval(code, names)
            if inspect.iscoroutine(running):
                await running
        assert service.asked
