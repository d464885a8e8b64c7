"""The product's processes in one cluster: web servers and workers, which are killed with kill -9 and started again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import servers
from tests.master_key import MASTER_KEY
from tests.ports import free_port
from tests.programs import ENDS_WITHIN_S, TRELLIS, program_environment
from tests.trellis.outbound.receiver import LOCAL
from trellis.settings import Settings

WEBS, WORKERS = 2, 3
RATES = ("rate_per_address", "rate_per_user", "rate_per_key")


@dataclass(slots=True)
class Program:
    """One process of the product, the present one in its place; what they all say goes into `log`."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    lives: int = 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [*TRELLIS, *self.arguments]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.lives += 1

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=ENDS_WITHIN_S)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """`addresses`: of the web servers, in their order."""

    settings: Settings
    postgresql: servers.Server
    redis: servers.Server
    webs: tuple[Program, ...]
    workers: tuple[Program, ...]
    addresses: tuple[str, ...]

    def start(self) -> None:
        for program in (*self.webs, *self.workers):
            program.start()

    def logs(self) -> str:
        """The last of what each said, for whoever looks into a failure."""
        programs = (*self.webs, *self.workers)
        return "\n".join(f"--- {one.name}\n{one.log.read_text(errors='replace')[-2_000:]}" for one in programs)


@contextmanager
def cluster(folder: Path, smtp_url: str) -> Iterator[Cluster]:
    """PostgreSQL and Redis run; the product's processes wait for `start`. All of it is gone afterwards. Raises ServerMissing."""
    with ExitStack() as stack:
        postgresql = stack.enter_context(servers.postgresql_server())
        redis = stack.enter_context(servers.redis_server())
        settings = Settings(
            master_key=MASTER_KEY,
            data_dir=folder,
            database_url=postgresql.url,
            redis_url=redis.url,
            smtp_url=smtp_url,
            base_url="http://t",
            pool_size=5,
            outbound_allowed=LOCAL,
            rate_per_address="",
            rate_per_user="",
            rate_per_key="",
        )
        names = (
            "data_dir",
            "database_url",
            "redis_url",
            "smtp_url",
            "base_url",
            "pool_size",
            "outbound_allowed",
            *RATES,
        )
        environment = program_environment({name: getattr(settings, name) for name in names})
        ports = [free_port() for _ in range(WEBS)]

        def program(name: str, *arguments: str) -> Program:
            return Program(name, arguments, dict(environment), folder / f"{name}.log")

        made = Cluster(
            settings=settings,
            postgresql=postgresql,
            redis=redis,
            webs=tuple(
                program(f"web{number}", "serve", "--port", str(port), "--log-level", "warning")
                for number, port in enumerate(ports)
            ),
            workers=tuple(program(f"worker{number}", "worker") for number in range(WORKERS)),
            addresses=tuple(f"http://127.0.0.1:{port}" for port in ports),
        )
        for one in (*made.webs, *made.workers):
            one.log.touch()
            stack.callback(one.kill)
        yield made
