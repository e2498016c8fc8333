"""How the description words values: names in camelCase, errors, and what several answers share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Time = Annotated[
    str, Field(description="In UTC.", examples=["2026-11-20T09:05:00Z"], json_schema_extra={"format": "date-time"})
]
Share = Annotated[float, Field(ge=0, le=1)]
Next = Annotated[
    str | None,
    Field(description="The address of the next page; null on the last.", examples=["/api/v1/articles?cursor=7wGx3A"]),
]


class Value(BaseModel):
    """A JSON object of the API."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class FieldProblem(Value):
    """What is wrong with one parameter or field."""

    field: str = Field(examples=["limit"])
    message: str = Field(examples=["Input should be less than or equal to 200"])


class Problem(Value):
    """An error (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(description="The status in words.", examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(
        description="What was tried and what to do.",
        examples=["Something in the request is not what this address expects."],
    )
    errors: list[FieldProblem] | None = Field(None, description="Single parameters or fields, where it is they.")


class Bar(Value):
    """A bar of a histogram: `n` values from `low` up to but without `high`."""

    low: int
    high: int
    n: int


class Volume(Value):
    """Articles stored in each span of a range, the oldest first; the last span is under way."""

    begin: Time
    step_seconds: int = Field(description="How long each span is.", examples=[3600])
    values: list[int] = Field(examples=[[0, 2, 5, 1]])
