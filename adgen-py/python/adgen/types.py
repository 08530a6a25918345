"""What programs write for adgen, as dicts, and what adgen gives, as frozen classes.

Every class has ``from_dict`` and ``to_dict``, for what :func:`json.loads` and :func:`json.dumps` take.

Written by ``make types`` from schema/adgen.schema.json. Do not edit.
"""

# A field that every event can be asked for is a property for the type checker, so that the constructors of events that lack
# it do not take it.
# pyright: reportIncompatibleMethodOverride=false

# Annotations are no text here (`from __future__ import annotations`): of that, a TypedDict compiles each when it is imported.
from typing import TYPE_CHECKING, Any, Dict, List, Literal, Mapping, Optional, Tuple, Type, TypedDict, Union, cast

from ._data import Data, ProblemLine, by_name, each
from ._notebook import OutcomeHtml

Asset = str
"""A file named by a document: a path relative to the document, an absolute path, or an http(s) URL."""


class GeneratedMusic(TypedDict, total=False):
    """Music to be made."""

    prompt: Optional[str]
    """What it should sound like; planned where missing."""


class GenerateMusic(TypedDict):
    """Made by an audio provider."""

    generate: GeneratedMusic


class FileMusic(TypedDict):
    """The user's own track: looped or cut to the ad's length."""

    file: Asset


Music = Union[GenerateMusic, FileMusic]
"""Where the music comes from."""


class Audio(TypedDict, total=False):
    """What is heard."""

    loudness_lufs: float
    """Integrated loudness of the ad in LUFS (EBU R 128)."""
    music: Optional[Music]
    """The music; ``null`` for none."""


Rgb = str
"""A colour: #RRGGBB or #RGB."""


class Brand(TypedDict, total=False):
    """The brand: name, colours, logo, typeface."""

    colors: List[Rgb]
    """The brand's colours, the most important first."""
    font: Optional[str]
    """A font family that is installed, or a font file (``.ttf``, ``.otf``)."""
    guidelines: str
    """What the brand allows and forbids, in free text, for the planner."""
    logo: Optional[Asset]
    """The logo: an SVG, PNG, WebP or JPEG, best with transparency."""
    name: str
    """The brand's name as it may stand on screen."""


class _Brief(TypedDict):
    product_name: str
    """The product's name as it may stand on screen."""


class Brief(_Brief, total=False):
    """The brief: what the ad has to say."""

    audience: str
    """For whom it is."""
    call_to_action: Optional[str]
    """What the viewer should do; shown as a button in the last scene."""
    description: str
    """What it is and why somebody wants it, in free text."""
    duration_s: float
    """Length of the ad in seconds."""
    language: str
    """Language of the captions, a BCP 47 tag."""
    mood: str
    """How it should feel: "fresh, uplifting", "dark and premium"."""


Aspect = Literal["9:16", "4:5", "1:1", "16:9"]
"""The shape of a video."""


Encoder = Literal["auto", "x264", "openh264", "nvenc", "vaapi", "qsv"]
"""What encodes a video's pictures as H.264.

- ``auto``: x264 where there is one, else OpenH264; never hardware.
- ``x264``: x264: the best pictures, in builds of FFmpeg under the GPL.
- ``openh264``: Cisco's OpenH264: quicker, and larger files.
- ``nvenc``: NVIDIA's graphics cards.
- ``vaapi``: Graphics processors through Linux's VA-API.
- ``qsv``: Intel's Quick Sync Video.
"""


Quality = Literal["draft", "standard", "high"]
"""How much time and how many bits are spent on the picture.

- ``draft``: To look at quickly.
- ``standard``: To publish.
- ``high``: To keep.
"""


class Output(TypedDict, total=False):
    """What is rendered."""

    aspects: List[Aspect]
    """One video is rendered for each; the first is the main one."""
    audio_kbps: int
    """Bit rate of the AAC sound in kb/s."""
    encoder: Encoder
    """What encodes the pictures. One that cannot be used where the ad is made is replaced by one in software, which is
    told.
    """
    fps: int
    """Frames a second: 24, 25, 30, 50 or 60."""
    quality: Quality
    """How much is spent on the picture."""
    short_side: int
    """The shorter side of every video in pixels; even. 1080 gives 1080x1920, 1080x1080 and 1920x1080."""


Fallback = Literal["allow", "deny"]
"""Whether a stage that fails may be replaced by a humbler one.

- ``allow``: It may, and says so.
- ``deny``: The run fails instead.
"""


class Policy(TypedDict, total=False):
    """The rules that a run obeys."""

    fallback: Fallback
    """What happens where a stage cannot do what was asked."""
    max_usd: Optional[float]
    """The most that the whole ad may cost in US dollars; no limit where missing."""
    share_photo: bool
    """Whether a small copy of the product's photo may be shown to the planner's model, so that style and colours fit
    it.
    """


class _Product(TypedDict):
    image: Asset
    """The photo: JPEG, PNG or WebP."""


class Product(_Product, total=False):
    """The product as the user photographed it."""

    cutout: Optional[Asset]
    """The user's own cut-out, a picture with transparency; made from the photo where missing."""


class _GeneratedBackground(TypedDict):
    prompt: str
    """What is to be seen. It never names the product: the real one is put over it."""


class GeneratedBackground(_GeneratedBackground, total=False):
    """A background to be made."""

    seed: Optional[int]
    """The seed of this clip; the project's where missing."""


class GenerateBackground(TypedDict):
    """Made by a video provider."""

    generate: GeneratedBackground


class FileBackground(TypedDict):
    """The user's own clip."""

    file: Asset


Background = Union[GenerateBackground, FileBackground]
"""The moving picture behind the product."""


Motion = Literal["auto", "none", "push_in", "pull_out", "float", "slide_in", "rotate"]
"""How the product moves. Every motion is eased and ends at rest.

- ``auto``: As the role asks.
- ``none``: Not at all.
- ``push_in``: Grows slowly.
- ``pull_out``: Shrinks slowly.
- ``float``: Hovers up and down.
- ``slide_in``: Comes in from the side.
- ``rotate``: Turns by a few degrees.
"""


Placement = Literal["auto", "center", "left", "right", "top", "bottom"]
"""Where the product stands.

- ``auto``: As the role and the shape of the video ask.
- ``center``: In the middle of the safe area.
- ``left``: To the left.
- ``right``: To the right.
- ``top``: High in the safe area.
- ``bottom``: Low in the safe area.
"""


class ProductLayer(TypedDict, total=False):
    """The product in a scene."""

    motion: Motion
    """How it moves."""
    placement: Placement
    """Where it stands."""
    scale: float
    """Its size against the one that the layout would give it."""
    shadow: bool
    """Whether it casts a contact shadow."""


Role = Literal["hook", "showcase", "benefit", "proof", "call_to_action"]
"""What a scene is for.

- ``hook``: Stops the thumb.
- ``showcase``: Shows the product.
- ``benefit``: Says what it does for the viewer.
- ``proof``: Says why that is true.
- ``call_to_action``: Says what to do now.
"""


Transition = Literal["cut", "crossfade", "dip"]
"""How a scene begins.

- ``cut``: At once.
- ``crossfade``: The scene before dissolves into it.
- ``dip``: Through a plain dark colour.
"""


class _Scene(TypedDict):
    id: str
    """Name of the scene, unique in the project: 1-64 characters of a-z, 0-9, ``-`` and ``_``."""


class Scene(_Scene, total=False):
    """One scene of the ad."""

    background: Optional[Background]
    """The moving picture behind the product; planned where missing."""
    caption: Optional[str]
    """What is written over the scene."""
    duration_s: Optional[float]
    """Length in seconds; scenes without one share what is left of the ad."""
    product: Optional[ProductLayer]
    """The product in the scene; ``null`` for a scene without it."""
    role: Role
    """What the scene is for."""
    transition: Transition
    """How the scene begins."""


class Style(TypedDict):
    """The global style: every scene's prompt carries it whole, which is what makes the scenes one ad."""

    lighting: str
    """"soft studio lighting from the left"."""
    camera: str
    """"slow push-in, shallow depth of field"."""
    texture: str
    """"matte, fine grain"."""
    mood: str
    """"fresh, uplifting"."""
    palette: List[Rgb]
    """The colours of all scenes, the most important first."""
    grade: str
    """"warm shadows, gentle contrast"."""


class _AdProject(TypedDict):
    id: str
    """Name of the project in the storage: 1-64 characters of a-z, 0-9, ``-`` and ``_``."""
    brief: Brief
    """What is advertised, to whom, and for how long."""
    product: Product
    """The product's photo."""


class AdProject(_AdProject, total=False):
    """One ad, whole: what it is for, what it shows, how it looks and sounds, and what it may cost.

    The smallest document is an ``id``, a ``brief.product_name`` and a ``product.image``; everything else has a
    default or is planned.
    """

    audio: Audio
    """Music and loudness."""
    brand: Brand
    """Whose ad it is."""
    output: Output
    """Shapes and quality of the videos."""
    policy: Policy
    """What may be spent, and whether fallbacks are welcome."""
    scenes: Optional[List[Scene]]
    """The scenes in order; planned where missing."""
    schema_version: int
    """Version of this document's format."""
    seed: int
    """The seed of everything that is drawn at random: the same document and seed give the same ad."""
    style: Optional[Style]
    """The one look of all scenes; planned where missing."""
    title: Optional[str]
    """Title of the ad; the product's name where missing."""
    user_id: Optional[str]
    """The owner, for services that keep projects of many users."""


Reach = Literal["document_folder", "own_documents", "any_path"]
"""How far the names in a document reach.

- ``document_folder``: The document's folder and those that were allowed.
- ``own_documents``: Any file that the document names itself, without a link on the way.
- ``any_path``: Whatever a path leads to.
"""


class AssetPolicy(TypedDict, total=False):
    """Which files of this machine a document may bring in.

    What is allowed is a path; what it leads to must always be a plain file: folders, pipes, sockets, devices and
    whatever lies in ``/proc``, ``/sys`` or ``/dev`` is refused by every policy.

    A hard link is a file like any other: nothing tells it from one.

    As JSON it is ``{"reach": "document_folder", "folders": ["/srv/brand"], "urls": true}``, or a part of that.
    """

    folders: List[str]
    """Folders whose files are allowed as well, as if the document lay there."""
    reach: Reach
    """How far the names in a document reach."""
    urls: Optional[bool]
    """Whether files may be named by URL; where nobody said, as the reach has it: not for ``document_folder``."""


class SceneAt(TypedDict):
    """A scene, by its place from 0, where it shows most: the product and all words are there."""

    scene: int


class SecondsAt(TypedDict):
    """Seconds from the ad's beginning."""

    seconds: float


At = Union[SceneAt, SecondsAt]
"""A moment of an ad."""


class _AudioCapability(TypedDict):
    music: bool
    """Whether it makes music."""
    speech: bool
    """Whether it speaks."""
    local: bool
    """Whether it works on this machine's processor and so has to take its turn with the pipeline's own work."""


class AudioCapability(_AudioCapability, total=False):
    """What an audio provider can do."""

    max_duration_s: Optional[float]
    """The longest piece of music in seconds; the pipeline loops it where the ad is longer."""


class Voice(TypedDict):
    """Who speaks, and how."""

    name: Optional[str]
    """The provider's own name for a voice; its default where missing."""
    language: Optional[str]
    """The language of the text, such as ``de``; the provider finds it out where missing."""
    instructions: Optional[str]
    """How it is to be spoken, for models that take such words."""
    speed: float
    """Speed, 1 is the voice's own; 0.5-2."""


class SpeechAudioKind(TypedDict):
    """A spoken text."""

    speech: Voice


AudioKind = Union[Literal["music"], SpeechAudioKind]
"""What a track is."""


class AudioRequest(TypedDict):
    """One track to be made."""

    kind: AudioKind
    """Music or speech."""
    prompt: str
    """What music should sound like, or the text to be spoken."""
    duration_s: float
    """Length in seconds; longer music is cut, shorter music looped. Speech takes the time that it needs."""
    seed: int
    """The same request and seed should give the same piece."""


class StoppedCancelledFields(TypedDict):
    """What ``stopped`` holds."""

    cost_usd: float
    """US dollars."""


class StoppedCancelled(TypedDict):
    """It was stopped, after it had cost this much."""

    stopped: StoppedCancelledFields


Cancelled = Union[StoppedCancelled, Literal["already_over"]]
"""What became of a job that was to be cancelled."""


class FileContent(TypedDict):
    """On this machine, in the folder that the call's context named as ``scratch``."""

    file: str


class UrlContent(TypedDict):
    """On the web; the pipeline has the provider fetch it at once."""

    url: str


class BytesContent(TypedDict):
    """In memory: the whole file, which the pipeline writes into its own folder. As JSON it is Base64."""

    bytes: str


Content = Union[FileContent, UrlContent, BytesContent]
"""Where a made file lies."""


ErrorKind = Literal[
    "invalid_project",
    "invalid_config",
    "invalid_input",
    "unsupported",
    "unauthenticated",
    "quota_exceeded",
    "rate_limited",
    "content_rejected",
    "generation_failed",
    "not_found",
    "locked",
    "conflict",
    "timeout",
    "unavailable",
    "outcome_unknown",
    "cancelled",
    "media",
    "model",
    "io",
    "fallback_denied",
    "unexpected",
]
"""What kind of failure it was: a caller's program decides by this, never by the message.

- ``invalid_project``: The project document breaks a rule; the context lists each problem with its path.
- ``invalid_config``: A setting, a flag or an environment variable is wrong.
- ``invalid_input``: An input file is not what it should be: not an image, truncated, too large.
- ``unsupported``: The implementation cannot do what was asked.
- ``unauthenticated``: A key is missing or was refused.
- ``quota_exceeded``: The account is out of credit or quota.
- ``rate_limited``: Too many requests.
- ``content_rejected``: The provider refused the content.
- ``generation_failed``: The provider accepted the job and failed at it.
- ``not_found``: A project, file, model or job is not there.
- ``locked``: Somebody else is working on the project.
- ``conflict``: Somebody else has saved the document since it was read.
- ``timeout``: It took too long.
- ``unavailable``: A provider or the network on the way to it does not answer.
- ``outcome_unknown``: A paid call was made and its answer was lost: the job may be there, and may cost something.
- ``cancelled``: The caller cancelled.
- ``media``: Decoding, encoding or joining media failed.
- ``model``: The matting model or its runtime is missing or failed.
- ``io``: A storage or file system operation failed.
- ``fallback_denied``: A fallback would have been needed, and the project's policy denies it.
- ``unexpected``: A defect of this library, or of a provider that panicked.
"""


class _Failure(TypedDict):
    kind: ErrorKind
    """``GenerationFailed``, ``ContentRejected``, ``Cancelled`` or ``Timeout``."""
    message: str
    """What the provider said, in one sentence."""


class Failure(_Failure, total=False):
    """How a job failed."""

    cost_usd: float
    """What it cost all the same, in US dollars."""
    hint: Optional[str]
    """What a person can do about it."""
    retryable: bool
    """Whether the same job, ordered anew, may well succeed."""


class FontSources(TypedDict, total=False):
    """Where typefaces come from, beside the two that are embedded. Where several have a family of the same name, that
    of bytes counts before that of a folder, a folder's before those of later ones, and the system's last.

    As JSON it is ``{"system": true, "folders": []}``, or a part of that: what was given as bytes is neither written
    nor read.
    """

    folders: List[str]
    """Folders whose font files are there, with those of their subfolders."""
    system: bool
    """Whether every font that the system has is there, and those of the package that adgen came in."""


class GcRules(TypedDict, total=False):
    """What may go."""

    bought: bool
    """Whether artifacts that were paid for may go, too."""
    grace_s: float
    """How old an artifact is at least by the store's clock, before it may go. As JSON, ``grace_s`` in seconds."""


class _Ground(TypedDict):
    line: float
    """Height of the contact as a fraction of the frame's, from the top, 0-1."""


class Ground(_Ground, total=False):
    """Where a product can stand in a clip."""

    centered: bool
    """The ground is a stage in the middle: beside it there is none."""


class Timing(TypedDict):
    """A stretch of a track."""

    text: str
    """What is heard: a word, a syllable, the name of a sound."""
    start_s: float
    """From when, in seconds from the track's beginning."""
    end_s: float
    """Until when."""


class Metadata(TypedDict, total=False):
    """What is known about a made file beside its bytes."""

    ground: Optional[Ground]
    """Where a product can stand in a clip; missing where it has no ground, or nobody knows."""
    timings: List[Timing]
    """When each word, syllable or sound of a track is heard, in order; empty where nobody knows."""


class _Generated(TypedDict):
    content: Content
    """The file, its bytes, or where it can be fetched."""
    cost_usd: float
    """What it cost in US dollars, as metered or, where the provider does not tell, by its price list."""


class Generated(_Generated, total=False):
    """What a provider made."""

    metadata: Metadata
    """What is known about it beside its bytes."""
    notes: List[str]
    """The wish that the provider met differently, such as another length: recorded as a note."""


JobId = str
"""The provider's own name for a job; enough to find it again after a crash."""


class _PendingGenerationFields(TypedDict):
    job: JobId
    """To ask for it again."""
    check_after_ms: int
    """When asking again makes sense. Longer than any job where the provider will call instead."""


class PendingGenerationFields(_PendingGenerationFields, total=False):
    """What ``pending`` holds."""

    progress: Optional[float]
    """0-1 where the provider tells."""


class PendingGeneration(TypedDict):
    """Under way."""

    pending: PendingGenerationFields


class DoneGeneration(TypedDict):
    """Finished."""

    done: Generated


class FailedGeneration(TypedDict):
    """The provider took the job and failed at it, refused it or dropped it. It is over for good."""

    failed: Failure


Generation = Union[PendingGeneration, DoneGeneration, FailedGeneration]
"""A job at a provider."""


class PemRootCertificates(TypedDict):
    """The text itself, with one or more blocks that begin with ``-----BEGIN CERTIFICATE-----``."""

    pem: str


class FileRootCertificates(TypedDict):
    """A file that holds such a text, at most 4 MiB; it is read when the account is made."""

    file: str


RootCertificates = Union[PemRootCertificates, FileRootCertificates]
"""Certificates of roots, one or more, as PEM text."""


class HttpOptions(TypedDict, total=False):
    """How calls travel: through which proxy, trusting whom, and how long a connection may take.

    The default suits most machines: proxies as the environment says (``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``,
    ``NO_PROXY``), the roots that the system trusts. It is given to a studio as the setting ``http``, or by
    ``with_http`` to the builders of a studio (for files) and of the accounts at Replicate and OpenAI, and checked
    there.

    It can be read from and written to JSON and the like, with defaults for what is missing; unknown fields are
    errors. The proxy's credentials are never written and never read.
    """

    connect_timeout_s: float
    """How long a server may take to accept a connection, in seconds: 0.1-600, 5 where not set."""
    proxy: Optional[str]
    """The address of a proxy, ``http://host:port`` or ``https://host:port``, without name and password. In place of the
    environment's, ``NO_PROXY`` included. Servers on this machine (loopback) are reached without it.
    """
    read_timeout_s: float
    """How long nothing may come while a file is fetched, in seconds: 0.1-600, 30 where not set. Calls of an API have
    limits of their own.
    """
    root_certificates: List[RootCertificates]
    """Roots that are trusted besides the system's, such as that of a proxy that opens secure connections."""


class UrlImageInput(TypedDict):
    """On the web, where the provider can fetch it."""

    url: str


class FileImageInput(TypedDict):
    """On this machine."""

    file: str


ImageInput = Union[UrlImageInput, FileImageInput]
"""A picture that is given to a model."""


class FoundLookup(TypedDict):
    """The call came through: this is its job."""

    found: JobId


Lookup = Union[FoundLookup, Literal["absent"], Literal["cannot_tell"]]
"""What a provider knows of a call whose answer was lost."""


class Matting(TypedDict, total=False):
    """How products are cut out."""

    download: bool
    """Whether a model that is missing may be downloaded."""
    model: str
    """Name of the model, such as ``u2netp``, which counts where none is named; ``adgen models list`` and the
    repository's docs/matting.md tell of the others.
    """
    models_dir: Optional[str]
    """Where models lie; ``ADGEN_MODELS_DIR`` or the user's data folder where missing."""
    runtime: Optional[str]
    """The ONNX Runtime library that runs it; where missing, it is the one that ``ORT_DYLIB_PATH`` names by an absolute
    path, or is searched for: in the user's data folder, beside the program, in Python's packages, in the system's
    library folders. The first one that a process loads counts for all of its runs.
    """


class Models(TypedDict, total=False):
    """Which models are asked; each service's default where missing."""

    audio: Optional[str]
    """Scores: ``owner/name`` at Replicate."""
    planner: Optional[str]
    """Plans: a model of OpenAI or of the server at ``OPENAI_BASE_URL``."""
    video: Optional[str]
    """Films: ``owner/name`` at Replicate."""


class _PlannedScene(TypedDict):
    id: str
    """Name of the scene, unique in the plan."""
    role: Role
    """What the scene is for."""
    duration_s: float
    """Length in seconds."""
    prompt: str
    """What is to be seen behind the product, the whole style included. Never the product."""
    transition: Transition
    """How the scene begins."""


class PlannedScene(_PlannedScene, total=False):
    """One scene of a plan."""

    caption: Optional[str]
    """What is written over the scene."""
    product: Optional[ProductLayer]
    """How the product stands and moves; ``None`` for a scene without it."""


class _Plan(TypedDict):
    style: Style
    """The one look of all scenes."""
    scenes: List[PlannedScene]
    """The scenes in order. Their durations add up to the brief's."""
    music_prompt: str
    """What the music should sound like."""


class Plan(_Plan, total=False):
    """The plan of an ad."""

    cost_usd: float
    """What the planning cost in US dollars."""
    notes: List[str]
    """What somebody should know about the plan, such as why its scenes have no captions; shown with the run."""


class PlanRequest(TypedDict):
    """What a planner is asked."""

    brief: Brief
    """What the ad has to say."""
    brand: Brand
    """Whose ad it is."""
    product_palette: List[Rgb]
    """The colours of the product on its photo, the most frequent first; may be empty."""
    photo: Optional[str]
    """The product's photo, where the document allows to show it to a model."""
    style: Optional[Style]
    """The style that a person has written, if any: the plan keeps it."""
    scenes: Optional[List[Scene]]
    """The scenes that a person has written, if any: the plan has exactly these, with what they lack filled in."""
    seed: int
    """The project's seed."""


class WidthPreviewSize(TypedDict):
    """Its width."""

    width: int


class ShortSidePreviewSize(TypedDict):
    """The shorter of its sides."""

    short_side: int


PreviewSize = Union[WidthPreviewSize, ShortSidePreviewSize]
"""How large a preview is, in pixels, 16-4320. It has the shape of the video."""


class PreviewOptions(TypedDict, total=False):
    """In which shape and how large a preview is drawn."""

    aspect: Optional[Aspect]
    """One of the document's shapes; the main one where missing."""
    size: Optional[PreviewSize]
    """Its size; a width of 540 pixels where missing."""


class FreePrice(TypedDict):
    """Nothing: made on this machine."""

    per: Literal["free"]
    """Which one it is."""


class UnknownPrice(TypedDict):
    """It costs something, and nobody has said how much."""

    per: Literal["unknown"]
    """Which one it is."""


class SecondPrice(TypedDict):
    """For each second of output."""

    per: Literal["second"]
    """Which one it is."""
    usd: float
    """The amount."""
    as_of: str
    """The day of the price."""


class OutputPrice(TypedDict):
    """For each output."""

    per: Literal["output"]
    """Which one it is."""
    usd: float
    """The amount."""
    as_of: str
    """The day of the price."""


class ComputePrice(TypedDict):
    """For each second that the provider's machine runs."""

    per: Literal["compute"]
    """Which one it is."""
    usd: float
    """The amount."""
    low_s: float
    """The shortest run that is usual, in seconds."""
    high_s: float
    """The longest run that is usual, in seconds."""
    as_of: str
    """The day of the price."""


class CharactersPrice(TypedDict):
    """For each million characters of text."""

    per: Literal["characters"]
    """Which one it is."""
    usd: float
    """The amount."""
    as_of: str
    """The day of the price."""


class TokensPrice(TypedDict):
    """For each million tokens."""

    per: Literal["tokens"]
    """Which one it is."""
    input_usd: float
    """Of the question."""
    cached_input_usd: float
    """Of the part of the question that the provider still had."""
    output_usd: float
    """Of the answer, thoughts included."""
    as_of: str
    """The day of the price."""


Price = Union[
    FreePrice,
    UnknownPrice,
    SecondPrice,
    OutputPrice,
    ComputePrice,
    CharactersPrice,
    TokensPrice,
]
"""What a provider takes. Amounts are US dollars; ``as_of`` is the day on which the price was read, ``YYYY-MM-DD``."""


class ProviderInfoDict(TypedDict):
    """Name, model and price list of a provider."""

    name: str
    """The provider: ``offline``, ``replicate``."""
    model: str
    """The model: part of an artifact's content key, so another model makes another artifact."""
    price: Price
    """What it costs."""


class RunOptions(TypedDict, total=False):
    """What one run is to do otherwise than its studio does by itself. As JSON it has the plain settings alone."""

    jobs: Optional[int]
    """How many pieces of heavy work of this run may go on at a time, at most as many as the studio's; all of them where
    missing.
    """
    max_usd: Optional[float]
    """The most that the ad may cost altogether, in US dollars, 0 or more; the studio's and the document's own limits
    hold as well.
    """
    offline: bool
    """Asks nobody and fetches nothing: what is not there is made by the offline providers."""


class StudioConfig(TypedDict, total=False):
    """How a studio is set up, as plain data: in JSON, YAML and the like, with defaults for what is missing; unknown
    fields are errors. Without further ado a studio works in the folder ``./storage``, on all processors.

    It holds no secrets: keys of services come from the environment or from accounts, and the proxy's credentials of
    ``HttpOptions`` are neither written nor read.
    """

    allow_private_urls: bool
    """Fetches files that documents name by URL from private addresses, too. For services whose documents come from
    people that they trust, and whose files lie in their own network. Opens URLs where ``assets`` does not close them
    expressly.
    """
    assets: AssetPolicy
    """Which files documents may bring in, beside those that are handed in; those that lie in the document's own folder
    where not set.
    """
    cache_bytes: int
    """How many bytes of them at most; 4 GiB where not set."""
    cache_dir: Optional[str]
    """Where files of a storage elsewhere lie on this machine for a while; the system's temporary folder where missing.
    A storage that is a folder of this machine needs none.
    """
    fonts: FontSources
    """Where the typefaces of texts come from, beside the embedded ones; from the system where not set. Those that were
    given as bytes are neither written nor read.
    """
    http: HttpOptions
    """How everything travels that the studio itself fetches: files of documents, models, storages in buckets, and calls
    of the services that it connects as the environment says.
    """
    job_timeout_s: float
    """How long a job at a provider may take before it is stopped and given up, in seconds: 0.001-604800, 2100 where not
    set.
    """
    jobs: Optional[int]
    """How many pieces of heavy work go on at a time in all runs of the studio together, 1-256; as many as there are
    processors where missing.
    """
    matting: Matting
    """How products are cut out."""
    max_usd: Optional[float]
    """The most that any one ad may cost in US dollars, 0 or more; a document's own ``policy.max_usd`` may be lower.
    Checked before every paid call, those under way included.
    """
    models: Models
    """Which models of the services are asked, where those are connected."""
    offline: bool
    """Asks nobody on the network: services stay out of it, whatever keys there are; no model is fetched, and no file
    that a document names by URL. Providers of the program's own are asked all the same.
    """
    storage: str
    """Where projects are kept: a folder of this machine, by its path or a ``file:///`` address, or, where the feature
    ``s3`` is built in, ``s3://bucket/prefix``, with keys, region and endpoint from the usual ``AWS_*`` variables.
    """


class _VideoCapability(TypedDict):
    aspects: List[Aspect]
    """Shapes that it can make."""
    seed: bool
    """Whether a seed is obeyed."""
    cancel: bool
    """Whether ``cancel`` stops the work."""
    local: bool
    """Whether it works on this machine's processor and so has to take its turn with the pipeline's own work."""


class VideoCapability(_VideoCapability, total=False):
    """What a video provider can do."""

    max_duration_s: Optional[float]
    """The longest clip in seconds."""


class _VideoOffer(TypedDict):
    duration_s: float
    """Length of the clip in seconds."""


class VideoOffer(_VideoOffer, total=False):
    """What a provider really makes of a request."""

    short_side: Optional[int]
    """The shorter side of the clip in pixels; ``None`` where the provider has one size only, whatever is asked for."""


class VideoRequest(TypedDict):
    """One background to be made."""

    prompt: str
    """What is to be seen, style included; never the product."""
    negative_prompt: Optional[str]
    """What is not to be seen; given to models that have a place for it."""
    image: Optional[ImageInput]
    """A picture to begin with. The pipeline names none: products are never generated."""
    duration_s: float
    """Least length in seconds; a longer clip is trimmed."""
    aspect: Aspect
    """Shape."""
    short_side: int
    """The shorter side of the final video in pixels: what the clip should be good enough for."""
    fps: int
    """Frames a second of the final video."""
    seed: int
    """The same request and seed should give the same clip."""
    palette: List[Rgb]
    """The project's colours, the most important first."""


class WatchOptions(TypedDict, total=False):
    """Which run of a project is watched, and from where on."""

    after_run: Optional[str]
    """Not this run, which is known already: the one after it is waited for."""
    every_ms: Optional[int]
    """How often to look, in milliseconds: 250 in a folder and 2000 elsewhere where missing, 50 at least."""
    from_seq: int
    """Events from this number on; 0 for all."""


class VerdictBase(Data):
    """What every ``Verdict`` has. What only some have is None in the others."""

    _TAG = "result"

    result: str
    """Which one it is."""

    if TYPE_CHECKING:

        @property
        def why(self) -> Optional[str]: ...

    else:
        why = None


class PassedVerdict(VerdictBase):
    """The rule is kept."""

    result: Literal["passed"] = "passed"


class FailedVerdict(VerdictBase):
    """The rule is broken, and how."""

    result: Literal["failed"] = "failed"

    why: str

    _NEEDED = frozenset({"why"})


class SkippedVerdict(VerdictBase):
    """The rule does not concern this provider, or could not be tried, and why."""

    result: Literal["skipped"] = "skipped"

    why: str

    _NEEDED = frozenset({"why"})


Verdict = Union[PassedVerdict, FailedVerdict, SkippedVerdict]
"""What came of a check. As JSON, ``result`` says which, and ``why`` tells the rest."""


VERDICT_TYPES: Dict[str, Type[VerdictBase]] = {
    "passed": PassedVerdict,
    "failed": FailedVerdict,
    "skipped": SkippedVerdict,
}
"""The class of each ``Verdict`` by its ``result``."""


def read_verdict(data: Mapping[str, Any]) -> Verdict:
    """One ``Verdict`` from what :func:`json.loads` makes of it."""
    return cast(Verdict, VERDICT_TYPES[data["result"]].from_dict(data))


class Check(Data):
    """One rule of the contract, and what came of it."""

    name: str
    """The rule, such as ``cancel_of_a_finished_job``."""
    verdict: Verdict
    """What came of it."""

    _NEEDED = frozenset({"name", "verdict"})
    _PARTS = {"verdict": read_verdict}


class CostRange(Data):
    """What something will cost, in US dollars. An infinite ``high_usd`` means that nobody knows; as JSON it is
    ``null``.
    """

    low_usd: float
    """At least, where everything works at the first try."""
    high_usd: Optional[float]
    """At most, the usual repetitions included."""

    _NEEDED = frozenset({"high_usd", "low_usd"})


class Fact(Data):
    """A named fact about an error."""

    name: str
    """Such as ``path``. One name may come more than once."""
    value: str
    """The value."""

    _NEEDED = frozenset({"name", "value"})


class ErrorBody(Data):
    """An error as plain data."""

    code: str
    """The public code of its ``ErrorKind``; newer versions may know more of them."""
    message: str
    """One sentence that names the value and what is allowed."""
    retryable: bool
    """Whether the same may be tried again."""
    spent_usd: float
    """What the failed work cost all the same, in US dollars."""
    possibly_spent_usd: float
    """What it may have cost, which nobody knows, in US dollars."""
    causes: Tuple[str, ...] = ()
    """What was underneath, a line each, the nearest first."""
    context: Tuple[Fact, ...] = ()
    """Further facts, in the order in which they were added."""
    hint: Optional[str] = None
    """What to do next."""
    model: Optional[str] = None
    """Which of the provider's models was asked."""
    operations: Tuple[str, ...] = ()
    """The operations during which it happened, the outermost first."""
    provider: Optional[str] = None
    """Whose answer or silence it is."""
    request_id: Optional[str] = None
    """The provider's own name of the call."""
    retry_after_ms: Optional[int] = None
    """After how many milliseconds, where that is known."""

    _NEEDED = frozenset({"code", "message", "possibly_spent_usd", "retryable", "spent_usd"})
    _PARTS = {"causes": tuple, "context": each(Fact.from_dict), "operations": tuple}


Stage = Literal["plan", "extract", "scenes", "audio", "composite", "render"]
"""One stage of the pipeline, in the order in which users see them.

- ``plan``: Brief to style and scenes.
- ``extract``: Photo to cut-out.
- ``scenes``: Prompts to background clips.
- ``audio``: Prompt to music.
- ``composite``: Product over backgrounds.
- ``render``: Scenes and music to the final video.
"""


class Degradation(Data):
    """One place where the ad is humbler than what was asked for, and why."""

    stage: Stage
    """Where."""
    artifact: str
    """Which artifact: ``scene_2_bg``."""
    fallback: str
    """What was done instead: ``offline clip``."""
    cause: ErrorBody
    """Why."""
    also: Tuple[str, ...] = ()
    """Further artifacts that are like that: scenes and shapes that lack the same are told once."""

    _NEEDED = frozenset({"artifact", "cause", "fallback", "stage"})
    _PARTS = {"cause": ErrorBody.from_dict, "also": tuple}


class ProviderInfo(Data):
    """Name, model and price list of a provider."""

    name: str
    """The provider: ``offline``, ``replicate``."""
    model: str
    """The model: part of an artifact's content key, so another model makes another artifact."""
    price: Price
    """What it costs."""

    _NEEDED = frozenset({"model", "name", "price"})


class StageEstimate(Data):
    """What one stage will cost."""

    stage: Stage
    """The stage."""
    provider: ProviderInfo
    """Who is asked."""
    artifacts: int
    """How many artifacts are ordered."""
    cost: CostRange
    """US dollars."""

    _NEEDED = frozenset({"artifacts", "cost", "provider", "stage"})
    _PARTS = {"provider": ProviderInfo.from_dict, "cost": CostRange.from_dict}


class Estimate(Data):
    """What an ad will cost where everything is made anew."""

    stages: Tuple[StageEstimate, ...]
    """The stages that ask a provider, in order."""
    total: CostRange
    """All of them together."""

    _NEEDED = frozenset({"stages", "total"})
    _PARTS = {"stages": each(StageEstimate.from_dict), "total": CostRange.from_dict}


Status = Literal[
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
]
"""Where a project stands, as users see it: one line, never moving back while a run lasts.

- ``PENDING``: Nothing has begun.
- ``PLANNING``: The scenes are being planned.
- ``EXTRACTING_PRODUCT``: The product is being cut out.
- ``GENERATING_SCENES``: The backgrounds are being made.
- ``GENERATING_AUDIO``: The music is being made.
- ``COMPOSITING``: The product is being put over the backgrounds.
- ``RENDERING``: The final video is being made.
- ``COMPLETED``: The video is there.
- ``FAILED``: The run failed; ``error`` says why.
- ``CANCELLED``: The run was cancelled.
"""


class EventRecord(Data):
    """What every ``Event`` has. What only some have is None in the others."""

    _TAG = "type"

    type: str
    """Which one it is."""
    run_id: str
    """The run."""
    project_id: str
    """The project."""
    seq: int
    """1, 2, 3 … within the run, in the order in which things happened. A listener that comes late does not hear the
    steps of progress that later ones have overtaken, so that numbers may be missing.
    """
    at: str
    """When, RFC 3339."""

    if TYPE_CHECKING:

        @property
        def also(self) -> Optional[Tuple[str, ...]]: ...

        @property
        def artifact(self) -> Optional[str]: ...

        @property
        def attempt(self) -> Optional[int]: ...

        @property
        def cause(self) -> Optional[ErrorBody]: ...

        @property
        def code(self) -> Optional[str]: ...

        @property
        def cost_usd(self) -> Optional[float]: ...

        @property
        def elapsed_ms(self) -> Optional[int]: ...

        @property
        def error(self) -> Optional[ErrorBody]: ...

        @property
        def fallback(self) -> Optional[str]: ...

        @property
        def files(self) -> Optional[Tuple[str, ...]]: ...

        @property
        def fraction(self) -> Optional[float]: ...

        @property
        def high_usd(self) -> Optional[float]: ...

        @property
        def low_usd(self) -> Optional[float]: ...

        @property
        def message(self) -> Optional[str]: ...

        @property
        def progress(self) -> Optional[float]: ...

        @property
        def stage(self) -> Optional[Stage]: ...

        @property
        def status(self) -> Optional[Status]: ...

        @property
        def video(self) -> Optional[str]: ...

        @property
        def wait_ms(self) -> Optional[int]: ...

    else:
        also = None
        artifact = None
        attempt = None
        cause = None
        code = None
        cost_usd = None
        elapsed_ms = None
        error = None
        fallback = None
        files = None
        fraction = None
        high_usd = None
        low_usd = None
        message = None
        progress = None
        stage = None
        status = None
        video = None
        wait_ms = None


class RunStartedEvent(EventRecord):
    """The run holds the project and begins."""

    type: Literal["run_started"] = "run_started"

    _NEEDED = frozenset({"at", "project_id", "run_id", "seq"})


class EstimatedEvent(EventRecord):
    """What the ad is expected to cost when everything is made anew, before anything is called."""

    type: Literal["estimated"] = "estimated"

    low_usd: float
    """US dollars, where everything works at the first try."""
    high_usd: Optional[float] = None
    """US dollars, the usual repetitions included; missing where a price is not known."""

    _NEEDED = frozenset({"at", "low_usd", "project_id", "run_id", "seq"})


class StatusChangedEvent(EventRecord):
    """The status that users see changed."""

    type: Literal["status_changed"] = "status_changed"

    status: Status
    """The new one."""
    progress: float
    """0-100."""

    _NEEDED = frozenset({"at", "progress", "project_id", "run_id", "seq", "status"})


class StageStartedEvent(EventRecord):
    """A stage began its first work."""

    type: Literal["stage_started"] = "stage_started"

    stage: Stage
    """The stage."""

    _NEEDED = frozenset({"at", "project_id", "run_id", "seq", "stage"})


class ProgressEvent(EventRecord):
    """Work on an artifact goes on."""

    type: Literal["progress"] = "progress"

    stage: Stage
    """The stage."""
    artifact: str
    """The artifact: ``scene_2_bg``."""
    fraction: float
    """Of this artifact, 0-1."""
    progress: float
    """Of the whole run, 0-100; never falls."""

    _NEEDED = frozenset({
        "artifact",
        "at",
        "fraction",
        "progress",
        "project_id",
        "run_id",
        "seq",
        "stage",
    })


class ArtifactReusedEvent(EventRecord):
    """An artifact was there already."""

    type: Literal["artifact_reused"] = "artifact_reused"

    stage: Stage
    """The stage."""
    artifact: str
    """The artifact."""

    _NEEDED = frozenset({"artifact", "at", "project_id", "run_id", "seq", "stage"})


class ArtifactReadyEvent(EventRecord):
    """An artifact was made and stored."""

    type: Literal["artifact_ready"] = "artifact_ready"

    stage: Stage
    """The stage."""
    artifact: str
    """The artifact."""
    files: Tuple[str, ...]
    """Its files in the project's folder."""
    cost_usd: float
    """What it cost in US dollars."""
    elapsed_ms: int
    """How long it took."""

    _NEEDED = frozenset({
        "artifact",
        "at",
        "cost_usd",
        "elapsed_ms",
        "files",
        "project_id",
        "run_id",
        "seq",
        "stage",
    })
    _PARTS = {"files": tuple}


class RetryingEvent(EventRecord):
    """A step failed and is tried again."""

    type: Literal["retrying"] = "retrying"

    stage: Stage
    """The stage."""
    artifact: str
    """The artifact."""
    attempt: int
    """2 for the first repetition."""
    wait_ms: int
    """How long the run waits before."""
    code: str
    """The error's public code."""

    _NEEDED = frozenset({
        "artifact",
        "at",
        "attempt",
        "code",
        "project_id",
        "run_id",
        "seq",
        "stage",
        "wait_ms",
    })


class DegradedEvent(EventRecord):
    """A step failed for good and something humbler took its place."""

    type: Literal["degraded"] = "degraded"

    stage: Stage
    """Where."""
    artifact: str
    """Which artifact: ``scene_2_bg``."""
    fallback: str
    """What was done instead: ``offline clip``."""
    cause: ErrorBody
    """Why."""
    also: Tuple[str, ...] = ()
    """Further artifacts that are like that: scenes and shapes that lack the same are told once."""

    _NEEDED = frozenset({
        "artifact",
        "at",
        "cause",
        "fallback",
        "project_id",
        "run_id",
        "seq",
        "stage",
    })
    _PARTS = {"cause": ErrorBody.from_dict, "also": tuple}


class NoteEvent(EventRecord):
    """Something is worth knowing and is no degradation."""

    type: Literal["note"] = "note"

    stage: Stage
    """The stage."""
    message: str
    """In one line."""

    _NEEDED = frozenset({"at", "message", "project_id", "run_id", "seq", "stage"})


class StageFinishedEvent(EventRecord):
    """All artifacts of a stage are there."""

    type: Literal["stage_finished"] = "stage_finished"

    stage: Stage
    """The stage."""
    elapsed_ms: int
    """Since its first work."""

    _NEEDED = frozenset({"at", "elapsed_ms", "project_id", "run_id", "seq", "stage"})


class RunFinishedEvent(EventRecord):
    """The run ended. Always the last event."""

    type: Literal["run_finished"] = "run_finished"

    status: Status
    """``COMPLETED``, ``FAILED`` or ``CANCELLED``."""
    cost_usd: float
    """Spent by this run in US dollars."""
    elapsed_ms: int
    """How long the run took."""
    error: Optional[ErrorBody] = None
    """Why it failed."""
    video: Optional[str] = None
    """The main video, where there is one."""

    _NEEDED = frozenset({"at", "cost_usd", "elapsed_ms", "project_id", "run_id", "seq", "status"})
    _PARTS = {"error": ErrorBody.from_dict}


class UnknownEvent(EventRecord):
    """What a newer version tells and this one does not know: another thing, or one of another stage or status."""

    type: Literal["unknown"] = "unknown"

    _NEEDED = frozenset({"at", "project_id", "run_id", "seq"})


Event = Union[
    RunStartedEvent,
    EstimatedEvent,
    StatusChangedEvent,
    StageStartedEvent,
    ProgressEvent,
    ArtifactReusedEvent,
    ArtifactReadyEvent,
    RetryingEvent,
    DegradedEvent,
    NoteEvent,
    StageFinishedEvent,
    RunFinishedEvent,
    UnknownEvent,
]
"""One thing that happened in a run. As JSON, ``type`` names the variant."""


EVENT_TYPES: Dict[str, Type[EventRecord]] = {
    "run_started": RunStartedEvent,
    "estimated": EstimatedEvent,
    "status_changed": StatusChangedEvent,
    "stage_started": StageStartedEvent,
    "progress": ProgressEvent,
    "artifact_reused": ArtifactReusedEvent,
    "artifact_ready": ArtifactReadyEvent,
    "retrying": RetryingEvent,
    "degraded": DegradedEvent,
    "note": NoteEvent,
    "stage_finished": StageFinishedEvent,
    "run_finished": RunFinishedEvent,
    "unknown": UnknownEvent,
}
"""The class of each ``Event`` by its ``type``."""


def event(data: Mapping[str, Any]) -> Event:
    """One ``Event`` from what :func:`json.loads` makes of it. Its record may lie around it, or be one object with it."""
    flat: Dict[str, Any] = {**data, **data.get("event", {})}
    flat.pop("event", None)
    kind = EVENT_TYPES.get(flat["type"])
    if kind is None:
        return UnknownEvent.from_dict({**flat, "type": "unknown"})
    return cast(Event, kind.from_dict(flat))


class Fetched(Data):
    """What was asked for, and where it is."""

    name: str
    """``onnxruntime``, or a model's name."""
    path: str
    """Where it lies."""
    was_there: bool
    """Whether it was there before."""

    _NEEDED = frozenset({"name", "path", "was_there"})


class FidelityReport(Data):
    """How true the product is to its photo, measured on decoded frames of the final video."""

    frames: int
    """Frames that were measured."""
    worst_luma_error: float
    """Mean absolute difference of luma inside the product, in 8-bit code values, worst frame."""
    mean_luma_error: float
    """Mean over the frames."""

    _NEEDED = frozenset({"frames", "mean_luma_error", "worst_luma_error"})


Health = Literal["good", "off", "lacking", "broken"]
"""How something is.

- ``good``: As it should be.
- ``off``: Not in use, and nothing that the machine lacks: a service without a key.
- ``lacking``: Ads can be made, humbler ones.
- ``broken``: No ad can be made.
"""


class Finding(Data):
    """One thing that was looked at."""

    what: str
    """What, such as ``FFmpeg``."""
    state: Health
    """How it is."""
    detail: str
    """In one line."""
    next: Optional[str] = None
    """What to do next, where there is something to do."""

    _NEEDED = frozenset({"detail", "state", "what"})


class Waste(Data):
    """Something that may go."""

    key: str
    """The content key."""
    artifact: Optional[str]
    """The name under which it was made; ``None`` for files without a readable record, of a run that was killed."""
    bought: bool
    """Whether it was paid for."""
    bytes: int
    """Of all its files together."""
    objects: Tuple[str, ...]
    """The record first: an artifact without files is worse than files without an artifact."""

    _NEEDED = frozenset({"artifact", "bought", "bytes", "key", "objects"})
    _PARTS = {"objects": tuple}


class GcPlan(Data):
    """What may go, found without removing anything. It may pass as JSON between finding and removing."""

    waste: Tuple[Waste, ...]
    """What may go."""
    used: int
    """Artifacts that somebody uses."""
    kept_bought: int
    """Unused artifacts that stay because they were paid for."""
    kept_young: int
    """Unused artifacts that are too young."""

    _NEEDED = frozenset({"kept_bought", "kept_young", "used", "waste"})
    _PARTS = {"waste": each(Waste.from_dict)}


class Imported(Data):
    """A document that was brought into the storage."""

    project_id: str
    """The project."""
    unchanged: bool
    """The document and its files are those that came in before: nothing was written, and the stored document counts,
    with the edits made in it.
    """
    notes: Tuple[str, ...]
    """What is worth knowing, such as a logo that was left out."""

    _NEEDED = frozenset({"notes", "project_id", "unchanged"})
    _PARTS = {"notes": tuple}


class Inspected(Data):
    """One thing that a document names."""

    field: str
    """Where the document names it: ``scenes[1].background.file``."""
    named: str
    """As the document names it."""
    looked_at: bool
    """Whether it was looked at: files on the web are not fetched for this."""
    problem: Optional[ErrorBody] = None
    """Why it cannot be used, if it cannot."""

    _NEEDED = frozenset({"field", "looked_at", "named"})
    _PARTS = {"problem": ErrorBody.from_dict}


class LoudnessReport(Data):
    """How loud the final video is, measured on its decoded sound (EBU R 128)."""

    integrated_lufs: Optional[float]
    """Integrated loudness in LUFS; ``None`` for silence."""
    true_peak_dbtp: Optional[float]
    """True peak in dBTP; ``None`` for silence."""

    _NEEDED = frozenset({"integrated_lufs", "true_peak_dbtp"})


class OutputFile(Data):
    """One file for people."""

    name: str
    """Its name in the project's folder."""
    media_type: str
    """Its type, such as ``video/mp4``."""
    bytes: int
    """Its size."""
    aspect: Optional[Aspect] = None
    """The shape of a video."""
    path: Optional[str] = None
    """Where it lies, if the storage is a folder of this machine."""
    url: Optional[str] = None
    """Its address, for whoever may look into the storage: ``file:///…`` or ``s3://bucket/key``. ``None`` in an object
    store whose name adgen was not told. ``Studio.url`` gives addresses for others.
    """

    _NEEDED = frozenset({"bytes", "media_type", "name"})


StageStatus = Literal["waiting", "running", "finished", "failed", "stopped"]
"""Where one stage stands.

- ``waiting``: Its inputs are not there yet.
- ``running``: At work.
- ``finished``: Its artifacts are there.
- ``failed``: It failed.
- ``stopped``: It was at work when the run ended for another reason: somebody cancelled it, or another stage failed.
"""


class StageState(Data):
    """What one stage did."""

    status: StageStatus
    """Where it stands."""
    progress: float
    """0-1."""
    made: int
    """Artifacts that were made in this run."""
    reused: int
    """Artifacts that were there already."""
    cost_usd: float
    """Spent in this run in US dollars, failures that were billed included."""
    finished_s: Optional[float] = None
    """Seconds from the run's start to its last."""
    started_s: Optional[float] = None
    """Seconds from the run's start to the stage's first work."""

    _NEEDED = frozenset({"cost_usd", "made", "progress", "reused", "status"})


class StateAsset(Data):
    """One file of the project."""

    file: str
    """Name in the project's folder."""
    bytes: int
    """Size."""
    sha256: str
    """Hash of the file."""
    key: str
    """Content key: hash over everything that the file was made from."""

    _NEEDED = frozenset({"bytes", "file", "key", "sha256"})


class State(Data):
    """What the machine found out about a project."""

    schema_version: int
    """Version of this document's format."""
    project_id: str
    """The project."""
    status: Status
    """Where it stands."""
    progress: float
    """0-100; never falls while a run lasts."""
    cost_usd: float
    """What was spent on this project so far in US dollars, all runs together."""
    stages: Mapping[str, StageState]
    """What each stage did in the last run."""
    assets: Mapping[str, StateAsset]
    """The project's files by artifact name."""
    degradations: Tuple[Degradation, ...]
    """Where the ad is humbler than what was asked for."""
    notes: Tuple[str, ...]
    """What is worth knowing and is no degradation."""
    created_at: str
    """When the project came into the storage, RFC 3339."""
    updated_at: str
    """When this document was last written, RFC 3339."""
    elapsed_s: float
    """Seconds of the last run so far."""
    history_entries: int
    """How many entries the history had when this document was written: fewer later on means that some were lost."""
    error: Optional[ErrorBody] = None
    """Why the last run failed."""
    estimate: Optional[CostRange] = None
    """What the whole ad was expected to cost before the last run called anybody."""
    fidelity: Optional[FidelityReport] = None
    """Fidelity of the product in the final video."""
    loudness: Optional[LoudnessReport] = None
    """Loudness of the final video."""
    run_id: Optional[str] = None
    """The last run; missing where there was none yet."""

    _NEEDED = frozenset({
        "assets",
        "cost_usd",
        "created_at",
        "degradations",
        "elapsed_s",
        "history_entries",
        "notes",
        "progress",
        "project_id",
        "schema_version",
        "stages",
        "status",
        "updated_at",
    })
    _PARTS = {
        "stages": by_name(StageState.from_dict),
        "assets": by_name(StateAsset.from_dict),
        "degradations": each(Degradation.from_dict),
        "notes": tuple,
        "error": ErrorBody.from_dict,
        "estimate": CostRange.from_dict,
        "fidelity": FidelityReport.from_dict,
        "loudness": LoudnessReport.from_dict,
    }


class Outcome(OutcomeHtml, Data):
    """A finished run."""

    run_id: str
    """The run."""
    project_id: str
    """The project."""
    videos: Tuple[OutputFile, ...]
    """The videos, the main one first."""
    captions: Tuple[OutputFile, ...]
    """What is said in the videos for players that show it themselves: SubRip and WebVTT."""
    report: OutputFile
    """The page about the run."""
    poster: OutputFile
    """A still of the main video."""
    cost_usd: float
    """What this run cost, in US dollars."""
    state: State
    """What is known about the project now: degradations, loudness, fidelity, what all its runs cost."""

    _NEEDED = frozenset({
        "captions",
        "cost_usd",
        "poster",
        "project_id",
        "report",
        "run_id",
        "state",
        "videos",
    })
    _PARTS = {
        "videos": each(OutputFile.from_dict),
        "captions": each(OutputFile.from_dict),
        "report": OutputFile.from_dict,
        "poster": OutputFile.from_dict,
        "state": State.from_dict,
    }


class Problem(ProblemLine, Data):
    """One thing that is wrong with a document."""

    path: str
    """Where: ``scenes[2].duration_s``; empty for the document as a whole."""
    message: str
    """What: it names the value and what is allowed."""

    _NEEDED = frozenset({"message", "path"})


class Report(Data):
    """What the checks of one provider gave."""

    subject: str
    """Who was tried."""
    checks: Tuple[Check, ...]
    """Every check in the order in which it was made."""

    _NEEDED = frozenset({"checks", "subject"})
    _PARTS = {"checks": each(Check.from_dict)}


class StorageUse(Data):
    """How much a storage was asked for since it was opened."""

    get: int
    """Objects read, and pieces of them."""
    put: int
    """Objects written; parts of large uploads count each."""
    list: int
    """Pages of 1,000 names listed."""
    head: int
    """Objects looked at without their content."""
    delete: int
    """Objects deleted, or thousands of them at once."""
    copy: int
    """Copies within the store."""
    sent_bytes: int
    """Bytes written."""
    received_bytes: int
    """Bytes read."""

    _NEEDED = frozenset({
        "copy",
        "delete",
        "get",
        "head",
        "list",
        "put",
        "received_bytes",
        "sent_bytes",
    })


class StoredDocument(Data):
    """A document as it lies in the storage."""

    document: AdProject
    """The document."""
    version: str
    """Stands for its content: what ``Studio.save`` takes, so that nobody else's edit is written over."""

    _NEEDED = frozenset({"document", "version"})


class WebhookEvent(Data):
    """A webhook that was verified: hand it to ``Run.notify``."""

    job: JobId
    """The job that moved on."""
    delivery: str
    """Name of the delivery, the same when it is sent again."""

    _NEEDED = frozenset({"delivery", "job"})


__all__ = [
    "AdProject",
    "ArtifactReadyEvent",
    "ArtifactReusedEvent",
    "Aspect",
    "Asset",
    "AssetPolicy",
    "At",
    "Audio",
    "AudioCapability",
    "AudioKind",
    "AudioRequest",
    "Background",
    "Brand",
    "Brief",
    "BytesContent",
    "Cancelled",
    "CharactersPrice",
    "Check",
    "ComputePrice",
    "Content",
    "CostRange",
    "Degradation",
    "DegradedEvent",
    "DoneGeneration",
    "EVENT_TYPES",
    "Encoder",
    "ErrorBody",
    "ErrorKind",
    "Estimate",
    "EstimatedEvent",
    "Event",
    "EventRecord",
    "Fact",
    "FailedGeneration",
    "FailedVerdict",
    "Failure",
    "Fallback",
    "Fetched",
    "FidelityReport",
    "FileBackground",
    "FileContent",
    "FileImageInput",
    "FileMusic",
    "FileRootCertificates",
    "Finding",
    "FontSources",
    "FoundLookup",
    "FreePrice",
    "GcPlan",
    "GcRules",
    "GenerateBackground",
    "GenerateMusic",
    "Generated",
    "GeneratedBackground",
    "GeneratedMusic",
    "Generation",
    "Ground",
    "Health",
    "HttpOptions",
    "ImageInput",
    "Imported",
    "Inspected",
    "JobId",
    "Lookup",
    "LoudnessReport",
    "Matting",
    "Metadata",
    "Models",
    "Motion",
    "Music",
    "NoteEvent",
    "Outcome",
    "Output",
    "OutputFile",
    "OutputPrice",
    "PassedVerdict",
    "PemRootCertificates",
    "PendingGeneration",
    "PendingGenerationFields",
    "Placement",
    "Plan",
    "PlanRequest",
    "PlannedScene",
    "Policy",
    "PreviewOptions",
    "PreviewSize",
    "Price",
    "Problem",
    "Product",
    "ProductLayer",
    "ProgressEvent",
    "ProviderInfo",
    "ProviderInfoDict",
    "Quality",
    "Reach",
    "Report",
    "RetryingEvent",
    "Rgb",
    "Role",
    "RootCertificates",
    "RunFinishedEvent",
    "RunOptions",
    "RunStartedEvent",
    "Scene",
    "SceneAt",
    "SecondPrice",
    "SecondsAt",
    "ShortSidePreviewSize",
    "SkippedVerdict",
    "SpeechAudioKind",
    "Stage",
    "StageEstimate",
    "StageFinishedEvent",
    "StageStartedEvent",
    "StageState",
    "StageStatus",
    "State",
    "StateAsset",
    "Status",
    "StatusChangedEvent",
    "StoppedCancelled",
    "StoppedCancelledFields",
    "StorageUse",
    "StoredDocument",
    "StudioConfig",
    "Style",
    "Timing",
    "TokensPrice",
    "Transition",
    "UnknownEvent",
    "UnknownPrice",
    "UrlContent",
    "UrlImageInput",
    "VERDICT_TYPES",
    "Verdict",
    "VerdictBase",
    "VideoCapability",
    "VideoOffer",
    "VideoRequest",
    "Voice",
    "Waste",
    "WatchOptions",
    "WebhookEvent",
    "WidthPreviewSize",
    "event",
    "read_verdict",
]
