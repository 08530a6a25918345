"""Pydantic's models of the document, and of what a service answers: for FastAPI's bodies, responses and pages.

``AdProject`` is checked by adgen itself: all problems at once, each at its place. ``model_dump()`` is the document with all its
defaults. What adgen gives becomes a model by ``State.model_validate(state)``, and the same JSON again with ``exclude_defaults=True``.

Needs ``adgen[pydantic]``. Written by ``make types`` from schema/adgen.schema.json. Do not edit.
"""

from __future__ import annotations

from typing import Dict, List, Literal, Optional, Union

# First, for it says what is missing.
from ._models import Document, Double, Given, Uint, Uint32, Uint64, Written, keyed, no_default, words

from pydantic import Field, Tag
from typing_extensions import Annotated, TypeAliasType


Asset = TypeAliasType(
    "Asset",
    Annotated[
        str,
        Field(min_length=1, max_length=4096),
        Field(description="A file named by a document: a path relative to the document, an absolute path, or an http(s) URL."),
    ],
)


class GeneratedMusic(Written):
    """Music to be made."""

    prompt: Optional[Annotated[str, Field(min_length=1, max_length=2000)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="What it should sound like; planned where missing.",
    )


class GenerateMusic(Written):
    """Made by an audio provider."""

    generate: GeneratedMusic


class FileMusic(Written):
    """The user's own track: looped or cut to the ad's length."""

    file: Asset


Music = TypeAliasType(
    "Music",
    Annotated[
        Union[Annotated[GenerateMusic, Tag("generate")], Annotated[FileMusic, Tag("file")]],
        keyed("generate", "file"),
        Field(description="Where the music comes from."),
    ],
)


class Audio(Written):
    """What is heard."""

    loudness_lufs: Annotated[Double, Field(ge=-31.0, le=-9.0)] = Field(
        default=-14.0,
        description="Integrated loudness of the ad in LUFS (EBU R 128).",
    )
    music: Optional[Music] = Field(
        default={"generate": {}},
        validate_default=True,
        description="The music; `null` for none.",
    )


Rgb = TypeAliasType(
    "Rgb",
    Annotated[
        str,
        Field(pattern="^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})$"),
        Field(description="A colour: #RRGGBB or #RGB."),
    ],
)


class Brand(Written):
    """The brand: name, colours, logo, typeface."""

    colors: Annotated[List[Rgb], Field(max_length=12)] = Field(
        default=[],
        json_schema_extra=no_default,
        description="The brand's colours, the most important first.",
    )
    font: Optional[Annotated[str, Field(min_length=1, max_length=4096)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="A font family that is installed, or a font file (`.ttf`, `.otf`).",
    )
    guidelines: Annotated[str, Field(max_length=5000)] = Field(
        default="",
        json_schema_extra=no_default,
        description="What the brand allows and forbids, in free text, for the planner.",
    )
    logo: Optional[Asset] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The logo: an SVG, PNG, WebP or JPEG, best with transparency.",
    )
    name: Annotated[str, Field(max_length=80)] = Field(
        default="",
        json_schema_extra=no_default,
        description="The brand's name as it may stand on screen.",
    )


class Brief(Written):
    """The brief: what the ad has to say."""

    product_name: Annotated[str, Field(min_length=1, max_length=120)] = Field(
        description="The product's name as it may stand on screen.",
    )
    audience: Annotated[str, Field(max_length=500)] = Field(
        default="",
        json_schema_extra=no_default,
        description="For whom it is.",
    )
    call_to_action: Optional[Annotated[str, Field(max_length=80)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="What the viewer should do; shown as a button in the last scene.",
    )
    description: Annotated[str, Field(max_length=20000)] = Field(
        default="",
        json_schema_extra=no_default,
        description="What it is and why somebody wants it, in free text.",
    )
    duration_s: Annotated[Double, Field(ge=3.0, le=180.0)] = Field(
        default=30.0,
        description="Length of the ad in seconds.",
    )
    language: Annotated[str, Field(min_length=2, max_length=35)] = Field(
        default="en",
        description="Language of the captions, a BCP 47 tag.",
    )
    mood: Annotated[str, Field(max_length=500)] = Field(
        default="",
        json_schema_extra=no_default,
        description="How it should feel: \"fresh, uplifting\", \"dark and premium\".",
    )


Aspect = TypeAliasType(
    "Aspect",
    Annotated[
        Literal["9:16", "4:5", "1:1", "16:9"],
        words("The shape of a video.", {"9:16": "", "4:5": "", "1:1": "", "16:9": ""}),
    ],
)


Encoder = TypeAliasType(
    "Encoder",
    Annotated[
        Literal["auto", "x264", "openh264", "nvenc", "vaapi", "qsv"],
        words("What encodes a video's pictures as H.264.", {
            "auto": "x264 where there is one, else OpenH264; never hardware.",
            "x264": "x264: the best pictures, in builds of FFmpeg under the GPL.",
            "openh264": "Cisco's OpenH264: quicker, and larger files.",
            "nvenc": "NVIDIA's graphics cards.",
            "vaapi": "Graphics processors through Linux's VA-API.",
            "qsv": "Intel's Quick Sync Video.",
        }),
    ],
)


Quality = TypeAliasType(
    "Quality",
    Annotated[
        Literal["draft", "standard", "high"],
        words("How much time and how many bits are spent on the picture.", {
            "draft": "To look at quickly.",
            "standard": "To publish.",
            "high": "To keep.",
        }),
    ],
)


class Output(Written):
    """What is rendered."""

    aspects: Annotated[List[Aspect], Field(min_length=1, max_length=4)] = Field(
        default=["9:16"],
        description="One video is rendered for each; the first is the main one.",
    )
    audio_kbps: Annotated[Uint32, Field(ge=96, le=320)] = Field(
        default=192,
        description="Bit rate of the AAC sound in kb/s.",
    )
    encoder: Encoder = Field(
        default="auto",
        description="What encodes the pictures. One that cannot be used where the ad is made is replaced by one in software, which is told.",
    )
    fps: Annotated[Uint32, Field(ge=24, le=60)] = Field(
        default=30,
        description="Frames a second: 24, 25, 30, 50 or 60.",
    )
    quality: Quality = Field(default="standard", description="How much is spent on the picture.")
    short_side: Annotated[Uint32, Field(ge=240, le=2160)] = Field(
        default=1080,
        description="The shorter side of every video in pixels; even. 1080 gives 1080x1920, 1080x1080 and 1920x1080.",
    )


Fallback = TypeAliasType(
    "Fallback",
    Annotated[
        Literal["allow", "deny"],
        words("Whether a stage that fails may be replaced by a humbler one.", {
            "allow": "It may, and says so.",
            "deny": "The run fails instead.",
        }),
    ],
)


class Policy(Written):
    """The rules that a run obeys."""

    fallback: Fallback = Field(default="allow", description="What happens where a stage cannot do what was asked.")
    max_usd: Optional[Annotated[Double, Field(ge=0.0, le=100000.0)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The most that the whole ad may cost in US dollars; no limit where missing.",
    )
    share_photo: bool = Field(
        default=False,
        json_schema_extra=no_default,
        description="Whether a small copy of the product's photo may be shown to the planner's model, so that style and colours fit it.",
    )


class Product(Written):
    """The product as the user photographed it."""

    image: Asset = Field(description="The photo: JPEG, PNG or WebP.")
    cutout: Optional[Asset] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The user's own cut-out, a picture with transparency; made from the photo where missing.",
    )


class GeneratedBackground(Written):
    """A background to be made."""

    prompt: Annotated[str, Field(min_length=1, max_length=4000)] = Field(
        description="What is to be seen. It never names the product: the real one is put over it.",
    )
    seed: Optional[Annotated[Uint32, Field(ge=0)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The seed of this clip; the project's where missing.",
    )


class GenerateBackground(Written):
    """Made by a video provider."""

    generate: GeneratedBackground


class FileBackground(Written):
    """The user's own clip."""

    file: Asset


Background = TypeAliasType(
    "Background",
    Annotated[
        Union[
            Annotated[GenerateBackground, Tag("generate")],
            Annotated[FileBackground, Tag("file")],
        ],
        keyed("generate", "file"),
        Field(description="The moving picture behind the product."),
    ],
)


Motion = TypeAliasType(
    "Motion",
    Annotated[
        Literal["auto", "none", "push_in", "pull_out", "float", "slide_in", "rotate"],
        words("How the product moves. Every motion is eased and ends at rest.", {
            "auto": "As the role asks.",
            "none": "Not at all.",
            "push_in": "Grows slowly.",
            "pull_out": "Shrinks slowly.",
            "float": "Hovers up and down.",
            "slide_in": "Comes in from the side.",
            "rotate": "Turns by a few degrees.",
        }),
    ],
)


Placement = TypeAliasType(
    "Placement",
    Annotated[
        Literal["auto", "center", "left", "right", "top", "bottom"],
        words("Where the product stands.", {
            "auto": "As the role and the shape of the video ask.",
            "center": "In the middle of the safe area.",
            "left": "To the left.",
            "right": "To the right.",
            "top": "High in the safe area.",
            "bottom": "Low in the safe area.",
        }),
    ],
)


class ProductLayer(Written):
    """The product in a scene."""

    motion: Motion = Field(default="auto", description="How it moves.")
    placement: Placement = Field(default="auto", description="Where it stands.")
    scale: Annotated[Double, Field(ge=0.2, le=1.5)] = Field(
        default=1.0,
        description="Its size against the one that the layout would give it.",
    )
    shadow: bool = Field(default=True, description="Whether it casts a contact shadow.")


Role = TypeAliasType(
    "Role",
    Annotated[
        Literal["hook", "showcase", "benefit", "proof", "call_to_action"],
        words("What a scene is for.", {
            "hook": "Stops the thumb.",
            "showcase": "Shows the product.",
            "benefit": "Says what it does for the viewer.",
            "proof": "Says why that is true.",
            "call_to_action": "Says what to do now.",
        }),
    ],
)


Transition = TypeAliasType(
    "Transition",
    Annotated[
        Literal["cut", "crossfade", "dip"],
        words("How a scene begins.", {
            "cut": "At once.",
            "crossfade": "The scene before dissolves into it.",
            "dip": "Through a plain dark colour.",
        }),
    ],
)


class Scene(Written):
    """One scene of the ad."""

    id: Annotated[str, Field(min_length=1, max_length=64, pattern="^[a-z0-9][a-z0-9_-]{0,63}$")] = Field(
        description="Name of the scene, unique in the project: 1-64 characters of a-z, 0-9, `-` and `_`.",
    )
    background: Optional[Background] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The moving picture behind the product; planned where missing.",
    )
    caption: Optional[Annotated[str, Field(max_length=200)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="What is written over the scene.",
    )
    duration_s: Optional[Annotated[Double, Field(ge=0.5, le=60.0)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Length in seconds; scenes without one share what is left of the ad.",
    )
    product: Optional[ProductLayer] = Field(
        default={"motion": "auto", "placement": "auto", "scale": 1.0, "shadow": True},
        validate_default=True,
        description="The product in the scene; `null` for a scene without it.",
    )
    role: Role = Field(default="showcase", description="What the scene is for.")
    transition: Transition = Field(default="cut", description="How the scene begins.")


class Style(Written):
    """The global style: every scene's prompt carries it whole, which is what makes the scenes one ad."""

    lighting: Annotated[str, Field(min_length=1, max_length=300)] = Field(
        description="\"soft studio lighting from the left\".",
    )
    camera: Annotated[str, Field(min_length=1, max_length=300)] = Field(
        description="\"slow push-in, shallow depth of field\".",
    )
    texture: Annotated[str, Field(min_length=1, max_length=300)] = Field(description="\"matte, fine grain\".")
    mood: Annotated[str, Field(min_length=1, max_length=300)] = Field(description="\"fresh, uplifting\".")
    palette: Annotated[List[Rgb], Field(min_length=1, max_length=12)] = Field(
        description="The colours of all scenes, the most important first.",
    )
    grade: Annotated[str, Field(min_length=1, max_length=300)] = Field(
        description="\"warm shadows, gentle contrast\".",
    )


class AdProject(Document):
    """One ad, whole: what it is for, what it shows, how it looks and sounds, and what it may cost.

    The smallest document is an `id`, a `brief.product_name` and a `product.image`; everything else has a default or
    is planned.
    """

    id: Annotated[str, Field(min_length=1, max_length=64, pattern="^[a-z0-9][a-z0-9_-]{0,63}$")] = Field(
        description="Name of the project in the storage: 1-64 characters of a-z, 0-9, `-` and `_`.",
    )
    brief: Brief = Field(description="What is advertised, to whom, and for how long.")
    product: Product = Field(description="The product's photo.")
    audio: Audio = Field(
        default={"loudness_lufs": -14.0, "music": {"generate": {}}},
        validate_default=True,
        description="Music and loudness.",
    )
    brand: Brand = Field(default={}, validate_default=True, description="Whose ad it is.")
    output: Output = Field(
        default={"aspects": ["9:16"], "audio_kbps": 192, "fps": 30, "quality": "standard", "short_side": 1080},
        validate_default=True,
        description="Shapes and quality of the videos.",
    )
    policy: Policy = Field(
        default={"fallback": "allow"},
        validate_default=True,
        description="What may be spent, and whether fallbacks are welcome.",
    )
    scenes: Optional[Annotated[List[Scene], Field(min_length=1, max_length=20)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The scenes in order; planned where missing.",
    )
    schema_version: Annotated[Uint32, Field(ge=1, le=1)] = Field(
        default=1,
        description="Version of this document's format.",
    )
    seed: Annotated[Uint32, Field(ge=0)] = Field(
        default=0,
        description="The seed of everything that is drawn at random: the same document and seed give the same ad.",
    )
    style: Optional[Style] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The one look of all scenes; planned where missing.",
    )
    title: Optional[Annotated[str, Field(max_length=200)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Title of the ad; the product's name where missing.",
    )
    user_id: Optional[Annotated[str, Field(max_length=200)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The owner, for services that keep projects of many users.",
    )


class CostRange(Given):
    """What something will cost, in US dollars. An infinite `high_usd` means that nobody knows; as JSON it is `null`."""

    low_usd: Double = Field(description="At least, where everything works at the first try.")
    high_usd: Optional[Double] = Field(
        json_schema_extra={"default": None},
        description="At most, the usual repetitions included.",
    )


class Fact(Given):
    """A named fact about an error."""

    name: str = Field(description="Such as `path`. One name may come more than once.")
    value: str = Field(description="The value.")


class ErrorBody(Given):
    """An error as plain data."""

    code: str = Field(description="The public code of its `ErrorKind`; newer versions may know more of them.")
    message: str = Field(description="One sentence that names the value and what is allowed.")
    retryable: bool = Field(json_schema_extra={"default": False}, description="Whether the same may be tried again.")
    spent_usd: Double = Field(
        json_schema_extra={"default": 0.0},
        description="What the failed work cost all the same, in US dollars.",
    )
    possibly_spent_usd: Double = Field(
        json_schema_extra={"default": 0.0},
        description="What it may have cost, which nobody knows, in US dollars.",
    )
    causes: List[str] = Field(
        default=[],
        json_schema_extra=no_default,
        description="What was underneath, a line each, the nearest first.",
    )
    context: List[Fact] = Field(
        default=[],
        json_schema_extra=no_default,
        description="Further facts, in the order in which they were added.",
    )
    hint: Optional[str] = Field(default=None, json_schema_extra=no_default, description="What to do next.")
    model: Optional[str] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Which of the provider's models was asked.",
    )
    operations: List[str] = Field(
        default=[],
        json_schema_extra=no_default,
        description="The operations during which it happened, the outermost first.",
    )
    provider: Optional[str] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Whose answer or silence it is.",
    )
    request_id: Optional[str] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The provider's own name of the call.",
    )
    retry_after_ms: Optional[Annotated[Uint64, Field(ge=0)]] = Field(
        default=None,
        json_schema_extra=no_default,
        description="After how many milliseconds, where that is known.",
    )


Stage = TypeAliasType(
    "Stage",
    Annotated[
        Literal["plan", "extract", "scenes", "audio", "composite", "render"],
        words("One stage of the pipeline, in the order in which users see them.", {
            "plan": "Brief to style and scenes.",
            "extract": "Photo to cut-out.",
            "scenes": "Prompts to background clips.",
            "audio": "Prompt to music.",
            "composite": "Product over backgrounds.",
            "render": "Scenes and music to the final video.",
        }),
    ],
)


class Degradation(Given):
    """One place where the ad is humbler than what was asked for, and why."""

    stage: Stage = Field(description="Where.")
    artifact: str = Field(description="Which artifact: `scene_2_bg`.")
    fallback: str = Field(description="What was done instead: `offline clip`.")
    cause: ErrorBody = Field(description="Why.")
    also: List[str] = Field(
        default=[],
        json_schema_extra=no_default,
        description="Further artifacts that are like that: scenes and shapes that lack the same are told once.",
    )


class FreePrice(Given):
    """Nothing: made on this machine."""

    per: Literal["free"]


class UnknownPrice(Given):
    """It costs something, and nobody has said how much."""

    per: Literal["unknown"]


class SecondPrice(Given):
    """For each second of output."""

    per: Literal["second"]
    usd: Double = Field(description="The amount.")
    as_of: str = Field(description="The day of the price.")


class OutputPrice(Given):
    """For each output."""

    per: Literal["output"]
    usd: Double = Field(description="The amount.")
    as_of: str = Field(description="The day of the price.")


class ComputePrice(Given):
    """For each second that the provider's machine runs."""

    per: Literal["compute"]
    usd: Double = Field(description="The amount.")
    low_s: Double = Field(description="The shortest run that is usual, in seconds.")
    high_s: Double = Field(description="The longest run that is usual, in seconds.")
    as_of: str = Field(description="The day of the price.")


class CharactersPrice(Given):
    """For each million characters of text."""

    per: Literal["characters"]
    usd: Double = Field(description="The amount.")
    as_of: str = Field(description="The day of the price.")


class TokensPrice(Given):
    """For each million tokens."""

    per: Literal["tokens"]
    input_usd: Double = Field(description="Of the question.")
    cached_input_usd: Double = Field(description="Of the part of the question that the provider still had.")
    output_usd: Double = Field(description="Of the answer, thoughts included.")
    as_of: str = Field(description="The day of the price.")


Price = TypeAliasType(
    "Price",
    Annotated[
        Union[
            FreePrice,
            UnknownPrice,
            SecondPrice,
            OutputPrice,
            ComputePrice,
            CharactersPrice,
            TokensPrice,
        ],
        Field(discriminator="per"),
        Field(description="What a provider takes. Amounts are US dollars; `as_of` is the day on which the price was read, `YYYY-MM-DD`."),
    ],
)


class ProviderInfo(Given):
    """Name, model and price list of a provider."""

    name: str = Field(description="The provider: `offline`, `replicate`.")
    model: str = Field(
        description="The model: part of an artifact's content key, so another model makes another artifact.",
    )
    price: Price = Field(description="What it costs.")


class StageEstimate(Given):
    """What one stage will cost."""

    stage: Stage = Field(description="The stage.")
    provider: ProviderInfo = Field(description="Who is asked.")
    artifacts: Annotated[Uint, Field(ge=0)] = Field(description="How many artifacts are ordered.")
    cost: CostRange = Field(description="US dollars.")


class Estimate(Given):
    """What an ad will cost where everything is made anew."""

    stages: List[StageEstimate] = Field(description="The stages that ask a provider, in order.")
    total: CostRange = Field(description="All of them together.")


class FidelityReport(Given):
    """How true the product is to its photo, measured on decoded frames of the final video."""

    frames: Annotated[Uint32, Field(ge=0)] = Field(description="Frames that were measured.")
    worst_luma_error: Double = Field(
        description="Mean absolute difference of luma inside the product, in 8-bit code values, worst frame.",
    )
    mean_luma_error: Double = Field(description="Mean over the frames.")


class Imported(Given):
    """A document that was brought into the storage."""

    project_id: str = Field(description="The project.")
    unchanged: bool = Field(
        description="The document and its files are those that came in before: nothing was written, and the stored document counts, with the edits made in it.",
    )
    notes: List[str] = Field(description="What is worth knowing, such as a logo that was left out.")


class LoudnessReport(Given):
    """How loud the final video is, measured on its decoded sound (EBU R 128)."""

    integrated_lufs: Optional[Double] = Field(description="Integrated loudness in LUFS; `None` for silence.")
    true_peak_dbtp: Optional[Double] = Field(description="True peak in dBTP; `None` for silence.")


class OutputFile(Given):
    """One file for people."""

    name: str = Field(description="Its name in the project's folder.")
    media_type: str = Field(description="Its type, such as `video/mp4`.")
    bytes: Annotated[Uint64, Field(ge=0)] = Field(description="Its size.")
    aspect: Optional[Aspect] = Field(default=None, json_schema_extra=no_default, description="The shape of a video.")
    path: Optional[str] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Where it lies, if the storage is a folder of this machine.",
    )
    url: Optional[str] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Its address, for whoever may look into the storage: `file:///…` or `s3://bucket/key`. `None` in an object store whose name adgen was not told. `Studio::url` gives addresses for others.",
    )


StageStatus = TypeAliasType(
    "StageStatus",
    Annotated[
        Literal["waiting", "running", "finished", "failed", "stopped"],
        words("Where one stage stands.", {
            "waiting": "Its inputs are not there yet.",
            "running": "At work.",
            "finished": "Its artifacts are there.",
            "failed": "It failed.",
            "stopped": "It was at work when the run ended for another reason: somebody cancelled it, or another stage failed.",
        }),
    ],
)


class StageState(Given):
    """What one stage did."""

    status: StageStatus = Field(description="Where it stands.")
    progress: Double = Field(description="0-1.")
    made: Annotated[Uint32, Field(ge=0)] = Field(description="Artifacts that were made in this run.")
    reused: Annotated[Uint32, Field(ge=0)] = Field(description="Artifacts that were there already.")
    cost_usd: Double = Field(
        json_schema_extra={"default": 0.0},
        description="Spent in this run in US dollars, failures that were billed included.",
    )
    finished_s: Optional[Double] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Seconds from the run's start to its last.",
    )
    started_s: Optional[Double] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Seconds from the run's start to the stage's first work.",
    )


class StateAsset(Given):
    """One file of the project."""

    file: str = Field(description="Name in the project's folder.")
    bytes: Annotated[Uint64, Field(ge=0)] = Field(description="Size.")
    sha256: str = Field(description="Hash of the file.")
    key: str = Field(description="Content key: hash over everything that the file was made from.")


Status = TypeAliasType(
    "Status",
    Annotated[
        Literal[
            "PENDING",
            "PLANNING",
            "EXTRACTING_PRODUCT",
            "GENERATING_SCENES",
            "GENERATING_AUDIO",
            "COMPOSITING",
            "RENDERING",
            "COMPLETED",
            "FAILED",
            "CANCELLED",
        ],
        words("Where a project stands, as users see it: one line, never moving back while a run lasts.", {
            "PENDING": "Nothing has begun.",
            "PLANNING": "The scenes are being planned.",
            "EXTRACTING_PRODUCT": "The product is being cut out.",
            "GENERATING_SCENES": "The backgrounds are being made.",
            "GENERATING_AUDIO": "The music is being made.",
            "COMPOSITING": "The product is being put over the backgrounds.",
            "RENDERING": "The final video is being made.",
            "COMPLETED": "The video is there.",
            "FAILED": "The run failed; `error` says why.",
            "CANCELLED": "The run was cancelled.",
        }),
    ],
)


class State(Given):
    """What the machine found out about a project."""

    schema_version: Annotated[Uint32, Field(ge=0)] = Field(description="Version of this document's format.")
    project_id: str = Field(description="The project.")
    status: Status = Field(description="Where it stands.")
    progress: Double = Field(description="0-100; never falls while a run lasts.")
    cost_usd: Double = Field(description="What was spent on this project so far in US dollars, all runs together.")
    stages: Dict[str, StageState] = Field(description="What each stage did in the last run.")
    assets: Dict[str, StateAsset] = Field(description="The project's files by artifact name.")
    degradations: List[Degradation] = Field(description="Where the ad is humbler than what was asked for.")
    notes: List[str] = Field(
        json_schema_extra={"default": []},
        description="What is worth knowing and is no degradation.",
    )
    created_at: str = Field(description="When the project came into the storage, RFC 3339.")
    updated_at: str = Field(description="When this document was last written, RFC 3339.")
    elapsed_s: Double = Field(description="Seconds of the last run so far.")
    history_entries: Annotated[Uint64, Field(ge=0)] = Field(
        json_schema_extra={"default": 0},
        description="How many entries the history had when this document was written: fewer later on means that some were lost.",
    )
    error: Optional[ErrorBody] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Why the last run failed.",
    )
    estimate: Optional[CostRange] = Field(
        default=None,
        json_schema_extra=no_default,
        description="What the whole ad was expected to cost before the last run called anybody.",
    )
    fidelity: Optional[FidelityReport] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Fidelity of the product in the final video.",
    )
    loudness: Optional[LoudnessReport] = Field(
        default=None,
        json_schema_extra=no_default,
        description="Loudness of the final video.",
    )
    run_id: Optional[str] = Field(
        default=None,
        json_schema_extra=no_default,
        description="The last run; missing where there was none yet.",
    )


class Outcome(Given):
    """A finished run."""

    run_id: str = Field(description="The run.")
    project_id: str = Field(description="The project.")
    videos: List[OutputFile] = Field(description="The videos, the main one first.")
    captions: List[OutputFile] = Field(
        json_schema_extra={"default": []},
        description="What is said in the videos for players that show it themselves: SubRip and WebVTT.",
    )
    report: OutputFile = Field(description="The page about the run.")
    poster: OutputFile = Field(description="A still of the main video.")
    cost_usd: Double = Field(description="What this run cost, in US dollars.")
    state: State = Field(
        description="What is known about the project now: degradations, loudness, fidelity, what all its runs cost.",
    )


class Problem(Given):
    """One thing that is wrong with a document."""

    path: str = Field(description="Where: `scenes[2].duration_s`; empty for the document as a whole.")
    message: str = Field(description="What: it names the value and what is allowed.")


class StoredDocument(Given):
    """A document as it lies in the storage."""

    document: AdProject = Field(description="The document.")
    version: str = Field(
        description="Stands for its content: what `Studio::save` takes, so that nobody else's edit is written over.",
    )


__all__ = [
    "AdProject",
    "Aspect",
    "Asset",
    "Audio",
    "Background",
    "Brand",
    "Brief",
    "CharactersPrice",
    "ComputePrice",
    "CostRange",
    "Degradation",
    "Encoder",
    "ErrorBody",
    "Estimate",
    "Fact",
    "Fallback",
    "FidelityReport",
    "FileBackground",
    "FileMusic",
    "FreePrice",
    "GenerateBackground",
    "GenerateMusic",
    "GeneratedBackground",
    "GeneratedMusic",
    "Imported",
    "LoudnessReport",
    "Motion",
    "Music",
    "Outcome",
    "Output",
    "OutputFile",
    "OutputPrice",
    "Placement",
    "Policy",
    "Price",
    "Problem",
    "Product",
    "ProductLayer",
    "ProviderInfo",
    "Quality",
    "Rgb",
    "Role",
    "Scene",
    "SecondPrice",
    "Stage",
    "StageEstimate",
    "StageState",
    "StageStatus",
    "State",
    "StateAsset",
    "Status",
    "StoredDocument",
    "Style",
    "TokensPrice",
    "Transition",
    "UnknownPrice",
]
