"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from producer.submit import Request
from shared.models.call import Isolation
from shared.models.job import Network, Profile, StageName
from shared.utils.errors import TestronautError
from shared.utils.validation import parse_duration

F = TypeVar("F", bound=Callable[..., Any])

FAIL_ON = ("low", "medium", "high", "never")


class Duration(click.ParamType[float]):
    """A duration as people write it: 90, 90s, 1m30s."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it as seconds."""
        try:
            return float(value) if isinstance(value, int | float) else parse_duration(str(value))
        except TestronautError as error:
            self.fail(f"{error.message}. {error.hint}", param, ctx)


def job_options(command: F) -> F:
    """Add the options that shape a job."""
    for option in reversed(_JOB_OPTIONS):
        command = option(command)
    return command


_JOB_OPTIONS = (
    click.option(
        "--profile",
        type=click.Choice([profile.value for profile in Profile]),
        default=Profile.STANDARD.value,
        show_default=True,
        help="How much is planned: at most 120, 800 or 20,000 cases.",
    ),
    click.option("--seed", type=click.IntRange(0, (1 << 63) - 1), default=0, show_default=True, help="Other values."),
    click.option("--max-time", type=Duration(), help="Begin no case after this time; the rest is still judged."),
    click.option("--max-cases", type=click.IntRange(1, 1_000_000), help="Plan at most so many cases."),
    click.option("--example", "examples", multiple=True, metavar="ARGS", help="A call known to work; repeatable."),
    click.option(
        "--files",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder whose files lie in the folder of each call.",
    ),
    click.option("--only", multiple=True, metavar="CODE|COMMAND", help="Only these checks or commands; repeatable."),
    click.option("--skip", multiple=True, metavar="CODE|COMMAND", help="Not these checks or commands; repeatable."),
    click.option(
        "--sandbox",
        metavar="NAME",
        help="auto, bubblewrap, bubblewrap-once, docker, local or a plug-in's.  [default: auto]",
    ),
    click.option("--image", metavar="IMAGE", help="Image that the tool lies in, for the sandbox docker."),
    click.option(
        "--install", metavar="CMD", help="Shell command that installs the tool in the image, once, with the network."
    ),
    click.option(
        "--isolation",
        type=click.Choice([isolation.value for isolation in Isolation]),
        default=Isolation.REUSE.value,
        show_default=True,
        help="Processes and mounts of a call: behind those before it, or alone.",
    ),
    click.option(
        "--network",
        type=click.Choice([network.value for network in Network]),
        default=Network.OFF.value,
        show_default=True,
        help="What calls may reach.",
    ),
    click.option("--no-cache", is_flag=True, help="Make every call anew, whatever earlier jobs saw."),
)

fail_on_option = click.option(
    "--fail-on", type=click.Choice(FAIL_ON), help="Least severity that ends with 1.  [default: medium]"
)
output_option = click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Folder for a file of each format."
)
format_option = click.option("-f", "--format", "formats", multiple=True, metavar="NAME", help="Format; repeatable.")


def request_of(tool: str, last: StageName = StageName.REPORT, **options: Any) -> Request:  # noqa: ANN401 - click's way
    """Collect what the options of a job ask for."""
    return Request(
        tool=tool,
        last=last,
        seed=options["seed"],
        profile=Profile(options["profile"]),
        max_cases=options["max_cases"],
        max_time_s=options["max_time"],
        examples=options["examples"],
        files=options["files"],
        only=options["only"],
        skip=options["skip"],
        sandbox=options["sandbox"],
        image=options["image"],
        install=options["install"],
        isolation=Isolation(options["isolation"]),
        network=Network(options["network"]),
        no_cache=options["no_cache"],
    )
