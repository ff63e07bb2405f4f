"""What a model folder's genai_config.json says, as far as it is used here.

Knows nothing about the runtime, which reads the same file in its own way.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from slmtasks.errors import ContextExceeded, ModelCorrupt, ModelNotFound

SWITCHES = {"phi3small": 8192, "phi3": 4096, "phimoe": 4096}
"""The last length of the first RoPE factors, by how a model's type begins; where a longer
context is stated, longer ones have others. The runtime has these numbers in its code."""


# A number or a text, inside a JSON text inside the file.
_PROMPT_LIMIT = re.compile(r'"MAX_PROMPT_LEN\\*"\s*:\s*\\*"?(\d+)')


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Stage(_Part):
    filename: str | None = None


class _Session(_Part):
    provider_options: list[dict[str, dict[str, Any]]] = []


class Graph(_Part):
    """The model's graph: its file and the shape of its KV cache."""

    filename: str = "model.onnx"
    pipeline: list[dict[str, _Stage]] = []
    session_options: _Session = Field(default_factory=lambda: _Session())
    num_hidden_layers: PositiveInt = 1
    num_key_value_heads: PositiveInt = 1
    head_size: PositiveInt = 1

    @property
    def filenames(self) -> list[str]:
        """The graph's file, or one for each stage of a pipeline."""
        stages = [stage.filename for part in self.pipeline for stage in part.values()]
        return [name for name in stages if name] or [self.filename]

    @property
    def providers(self) -> list[str]:
        """The providers that the folder names itself."""
        return [name for each in self.session_options.provider_options for name in each]

    @property
    def prompt_limit(self) -> int | None:
        """The longest prompt of a folder that was compiled for one length, as it says itself."""
        limits = [
            int(found[1])
            for each in self.session_options.provider_options
            for options in each.values()
            if (found := _PROMPT_LIMIT.search(str(options.get("load_config", ""))))
        ]
        return min(limits, default=None)

    @property
    def bytes_per_token(self) -> int:
        """KV cache of one token: keys and values of every layer, in fp32 as on the CPU.

        The file does not state the type; where it is fp16, this is twice what is taken.
        """
        return 2 * 4 * self.num_hidden_layers * self.num_key_value_heads * self.head_size


class Settings(_Part):
    """The "model" part of the file; `vocab_size` is the width of the logits."""

    type: str = ""
    context_length: PositiveInt
    vocab_size: PositiveInt
    eos_token_id: int | Annotated[list[int], Field(min_length=1)]
    decoder: Graph

    @property
    def stops(self) -> list[int]:
        """The ids that end an answer."""
        return [self.eos_token_id] if isinstance(self.eos_token_id, int) else self.eos_token_id

    @property
    def switch(self) -> int | None:
        """The last length of the first RoPE factors; None where there is one set of them."""
        switches = (at for kind, at in SWITCHES.items() if self.type.startswith(kind))
        at = next(switches, None)
        return at if at is not None and at < self.context_length else None

    def context(self, wanted: int | None, device: int | None = None) -> int:
        """Tokens that a prompt and its answer may have together, as many as wanted.

        Where none are named: all, or those below the switch. `device` is the limit of
        where it runs.
        """
        limits = (self.context_length, self.decoder.prompt_limit, device)
        own = min(limit for limit in limits if limit is not None)
        if wanted is not None and wanted > own:
            raise ContextExceeded(
                f"a context of {wanted} tokens was asked for and the model has {own}; ask for less",
                tokens=wanted,
                limit=own,
            )
        return wanted or min(own, self.switch or own)


class _File(_Part):
    model: Settings


def read(folder: Path) -> Settings:
    """The settings of a model folder; raises ModelNotFound or ModelCorrupt."""
    path = folder / "genai_config.json"
    try:
        return _File.model_validate_json(path.read_bytes()).model
    except FileNotFoundError as error:
        raise ModelNotFound(f"{folder} holds no genai_config.json; give a GenAI folder") from error
    except OSError as error:
        raise ModelCorrupt(f"{path} cannot be read ({error}); fetch the folder again") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelCorrupt(
            f"{path} cannot be used ({where}: {first['msg']}); fetch the folder again"
        ) from error
