"""The vocabulary of the data in words for the screens. Every entry passes through gettext."""

from __future__ import annotations

import functools
import re

from data.user_facts import PREFIX as FACT
from data.vocabulary import rare_earth_elements
from scoring.criteria.catalogue import Criterion, load
from ui.text.i18n import _, country, either, language, listed
from workspace import reference
from workspace.reference import commodity_names, country_codes, names_ja


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "mark, translate later"
    """Mark a text for extraction; it is translated where it is shown."""
    return text


KINDS = {
    "mine": N_("Mine"),
    "separation": N_("Separation plant"),
    "refinery": N_("Refinery or smelter"),
    "derivative": N_("Derivative-product plant"),
    "recycling": N_("Recycling plant"),
}
STAGES = {
    "occurrence": N_("Occurrence"),
    "exploration": N_("Exploration"),
    "resource": N_("Resource"),
    "prefeasibility": N_("Prefeasibility"),
    "feasibility": N_("Feasibility"),
    "planned": N_("Planned"),
    "permitted": N_("Permitted"),
    "construction": N_("Construction"),
    "operating": N_("Operating"),
    "care and maintenance": N_("Care and maintenance"),
    "suspended": N_("Suspended"),
    "shelved": N_("Shelved"),
    "cancelled": N_("Cancelled"),
    "closed": N_("Closed"),
    "unknown": N_("Unknown"),
}
NEXT_STEPS = {
    "bar": N_("Legal bar"),
    "owner": N_("Covered-nation owner"),
    "studies": N_("Studies"),
    "permits": N_("Permits"),
    "finance": N_("Finance"),
    "construction": N_("Construction"),
    "completion": N_("Completion"),
    "restart": N_("Restart"),
    "expansion": N_("Expansion"),
}
#: Why a fact is open.
OPEN_REASONS = {
    "unknown": N_("Unknown"),
    "undated": N_("No date"),
    "old": N_("Old"),
    "closing": N_("A sale was to close by now"),
}
ACCURACIES = {
    "exact": N_("Exact"),
    "approximate": N_("Approximate location"),
    "centroid": N_("Town centroid, not the site"),
}
STATUSES = {
    "measured": N_("Measured"),
    "modelled": N_("Estimated"),
    "unknown": N_("Unknown"),
    "peers": N_("Unknown, as among peers"),
    "measured_from_town": N_("Measured from the town"),
    "modelled_from_town": N_("Estimated from the town"),
}
METHODS = {
    "reported": N_("Reported"),
    "estimated": N_("Estimated"),
    "machine-read": N_("Machine-extracted, not scored"),
    "inferred": N_("Inferred"),
    "unconfirmed": N_("From one weak source, not scored"),
}
ORDERS = {
    "expected": N_("Expected (unknowns as peers)"),
    "shrunk": N_("Known data, less for gaps"),
    "worst": N_("Worst case"),
    "known": N_("Known data only"),
}
BLOCS = {
    "us": N_("United States"),
    "japan": N_("Japan"),
    "partner": N_("Partner country"),
    "neutral": N_("Other country"),
    "covered": N_("Covered nation"),
    "unknown": N_("Unknown"),
}
#: Blocs in the columns of lists.
BLOCS_IN_SHORT = {
    "us": N_("US"),
    "japan": N_("Japan"),
    "partner": N_("Partner"),
    "neutral": N_("Other"),
    "covered": N_("Covered"),
    "unknown": N_("Unknown"),
}
GATES = {
    "covered_nation": N_("Covered nation (25 % or more)"),
    "covered_any": N_("Covered nation (any stake)"),
    "protected_land": N_("Strictly protected land"),
    "legal": N_("Legal bar or sanctions"),
    "prc_technology": N_("Dependence on PRC technology"),
    "prc_customers": N_("Dependence on PRC customers"),
}
SCOPES = {
    "deposit": N_("whole deposit"),
    "orebody": N_("orebody"),
    "reserve": N_("reserve"),
    "resource": N_("resource"),
    "sum of elements": N_("sum of the elements"),
    "mill feed of the year": N_("mill feed of the year"),
    "measured + indicated": N_("measured + indicated"),
    "measured + indicated + inferred": N_("measured + indicated + inferred"),
    "Indicated+Inferred+Measured": N_("measured + indicated + inferred"),
    "deposit before mining": N_("whole deposit, with what was mined"),
    "measured+indicated+inferred": N_("measured + indicated + inferred"),
    "measured+indicated": N_("measured + indicated"),
    "indicated+inferred": N_("indicated + inferred"),
    "inferred": N_("inferred"),
    "indicated": N_("indicated"),
    "measured": N_("measured"),
    "proven+probable": N_("proven + probable"),
    "Inferred": N_("inferred"),
    "Indicated": N_("indicated"),
    "Measured": N_("measured"),
    "Probable": N_("probable"),
    "Proven": N_("proven"),
    "Probable+Proven": N_("proven + probable"),
}
LEVELS = {"high": N_("high"), "medium": N_("medium"), "low": N_("low"), "unknown": N_("unknown")}
SEVERITIES = {"error": N_("Error"), "ask": N_("Question"), "warning": N_("Warning"), "info": N_("Note")}
LAYER_KINDS = {
    "vector-point": N_("Points"),
    "vector-line": N_("Lines"),
    "vector-polygon": N_("Areas"),
    "raster": N_("Raster"),
    "": N_("not placed"),
}
COLUMN_TYPES = {"number": N_("number"), "text": N_("text")}
CONFIDENTIALITY = {"private": N_("Private to me"), "shared": N_("Shared")}
SITE_FIELDS = {
    "name": N_("Name"),
    "commodities": N_("Commodities"),
    "kind": N_("Kind"),
    "stage": N_("Stage"),
    "deposit_type": N_("Deposit type"),
    "tonnage": N_("Ore tonnage"),
    "accuracy": N_("Accuracy of the location"),
}
SCHEMES = {
    "quantiles": N_("Quantiles"),
    "natural_breaks": N_("Natural breaks"),
    "equal_interval": N_("Equal intervals"),
    "head_tail": N_("Head/tail breaks"),
    "categories": N_("Categories"),
    "single": N_("One colour"),
}
MEASURES = {
    "distance_km": N_("Distance to the nearest"),
    "inside": N_("Inside or outside"),
    "density": N_("Density within a radius"),
    "value_at": N_("Value at the site"),
    "mean_within": N_("Mean within a radius"),
    "max_within": N_("Maximum within a radius"),
    "nearest_value": N_("Attribute of the nearest feature"),
    "containing_value": N_("Attribute of the containing feature"),
}
NORMALISATIONS = {
    "goalposts": N_("Fixed goalposts"),
    "minmax": N_("Min–max"),
    "max": N_("Divided by maximum"),
    "sum": N_("Divided by sum"),
    "vector": N_("Vector"),
}
CURVES = {"linear": N_("linear"), "log": N_("logarithmic")}
UNIVERSES = {"projects": N_("Projects"), "all": N_("All sites")}
#: What a name that a search matched is of.
NAME_KINDS = {
    "name_ja": N_("Japanese name"),
    "alias": N_("also named"),
    "owner": N_("owner"),
    "parent": N_("ultimate parent"),
    "holder": N_("holder of the owner"),
    "commodity": N_("commodity"),
}
STEPS = {
    "mines": N_("Mines"),
    "processing": N_("Separation and refining"),
    "derivatives": N_("Derivative products"),
    "recycling": N_("Recycling and by-products"),
    "side-by-side": N_("Side by side"),
}
FUNDING = {"seeking": N_("Seeking"), "partly": N_("Partly"), "funded": N_("Funded")}
FUNDING_CLAUSES = {"seeking": N_("seeks money"), "partly": N_("partly funded"), "funded": N_("funded")}
STATISTICS = {
    "cap": N_("Legal cap"),
    "mean": N_("Mean"),
    "median": N_("Median"),
    "range_low": N_("Shortest"),
    "range_high": N_("Longest"),
}
VERDICTS = {"pass": N_("Pass"), "fail": N_("Fail"), "unknown": N_("Unknown")}
EVIDENCE = {
    "jurisdiction": N_("The site is in a covered nation."),
    "covered_share": N_("Covered-nation owners hold 25 % or more."),
    "owners_clear": N_("More than 75 % is held by traced owners outside covered nations."),
    "owners_all_clear": N_("All of it is held by traced owners outside covered nations."),
    "covered_minority": N_("A covered-nation owner holds a stake below 25 % or of unknown size."),
    "no_owner": N_("No source names an owner."),
    "owners_stale": N_("The owners were stated more than five years ago: who holds the site now is unknown."),
    "covered_stale": N_(
        "A covered-nation owner was stated more than five years ago: who holds the site now is unknown."
    ),
    "covered_holder": N_("A holder in a covered nation has a stake, directly or through the owner named."),
    "share_unstated": N_("The owners are traced, but the shares that are stated do not make up more than 75 %."),
    "owners_untraced": N_("Owners are named, but too few are traced to an ultimate parent."),
    "inside_park": N_("Within a US National Park Service unit."),
    "outside_nps": N_("Outside mapped National Park Service units; other protected areas are not mapped."),
    "no_layer": N_("No protected-area layer covers this location."),
    "no_source": N_("No source found yet."),
    "stated": N_("A source says so."),
    "stated_none": N_("The operator says that there is none."),
    "ended": N_("A source names a contract that has ended."),
    "intent": N_("A source names a letter of intent."),
    "embargo": N_("US embargo on the whole country."),
    "occupied territory": N_("Occupied territory under a US embargo."),
    "sanctions": N_("Sanctions on the operator or the sector."),
    "court suspension": N_("A court has suspended it."),
    "title cancelled": N_("The title or concession has been cancelled."),
    "permit revoked": N_("A main permit has been refused or revoked."),
    "land withdrawn": N_("The land has been withdrawn from mining."),
    "moratorium": N_("A law or moratorium forbids it."),
    "litigation": N_("A court case is pending."),
    "disputed territory": N_("The status of the territory is disputed."),
}
ATTRIBUTES = {
    "prc_technology": N_("Dependence on PRC technology"),
    "prc_customers": N_("Dependence on PRC customers"),
    "grade": N_("Grade"),
    "tonnage_mt": N_("Ore tonnage"),
    "contained_t": N_("Contained metal"),
    "stage": N_("Stage"),
    "owner": N_("Owner"),
    "capacity_t_y": N_("Capacity"),
    "capacity_other_t_y": N_("Feed or compound capacity (not scored)"),
    "feed_secured_pct": N_("Feed under contract"),
    "recovery_pct": N_("Recovery"),
    "product": N_("Products"),
    "no_product": N_("In the deposit, in no plan to sell"),
    "offtake": N_("Offtake"),
    "owner_pending": N_("Owner, agreed or optional (not scored)"),
    "operator": N_("Operator"),
    "parent": N_("Parent of the owner"),
    "planned_output_t_y": N_("Planned output"),
    "planned_output": N_("Planned output"),
    "capacity_other": N_("Capacity, other units (not scored)"),
    "capex": N_("Capital cost"),
    "npv": N_("Net present value"),
    "study": N_("Study"),
    "mine_life": N_("Mine life"),
    "contained": N_("Contained metal, as printed"),
    "feed": N_("Feed"),
    "early_works": N_("Early works, before the decision to build"),
    "process_recovery": N_("Recovery of the process, as stated (not scored)"),
    "first_production": N_("First production"),
    "permit": N_("Permit"),
    "funding": N_("Funding"),
    "funding_state": N_("State of funding"),
    "shelved_reason": N_("Why shelved"),
    "expansion": N_("Expansion, restart or new line"),
    "scale": N_("Scale (pilot, demonstration, laboratory)"),
    "legal": N_("Legal bar"),
    "list": N_("Selection list"),
}
DEPOSIT_TYPES = {
    "": N_("Not stated"),
    "all types": N_("all deposit types"),
    "IOCG": N_("Iron oxide copper-gold"),
    "alkaline igneous": N_("Alkaline igneous"),
    "black shale": N_("Black shale"),
    "clay": N_("clay deposits"),
    "hard rock": N_("hard-rock deposits"),
    "weathered": N_("laterites and residual deposits"),
    "brine": N_("Brine"),
    "carbonatite": N_("Carbonatite"),
    "evaporite": N_("Evaporite"),
    "graphite": N_("Graphite"),
    "ion-adsorption clay": N_("Ion-adsorption clay"),
    "laterite": N_("Laterite"),
    "lithium clay": N_("Lithium clay"),
    "magmatic nickel-PGE": N_("Magmatic nickel-PGE"),
    "orogenic gold": N_("Orogenic gold"),
    "pegmatite": N_("Pegmatite"),
    "phosphate": N_("Phosphate"),
    "placer": N_("Placer"),
    "podiform chromite": N_("Podiform chromite"),
    "porphyry": N_("Porphyry"),
    "residual": N_("Residual"),
    "sediment-hosted copper": N_("Sediment-hosted copper"),
    "sediment-hosted zinc-lead": N_("Sediment-hosted zinc-lead"),
    "skarn": N_("Skarn"),
    "stratiform chromite": N_("Stratiform chromite"),
    "tailings": N_("Tailings"),
    "tin-tungsten granite-related": N_("Tin-tungsten, granite-related"),
    "vein and epithermal": N_("Vein and epithermal"),
    "volcanogenic massive sulphide": N_("Volcanogenic massive sulphide"),
}
#: Unit of criteria that measure how much of a gap is closed.
GAP_UNIT = "% x leading share"
UNITS = {
    "percentile": N_("percentile"),
    "years of world mine production": N_("years of world production"),
    "% of world production": N_("% of world production"),
    "%": "%",
    "months": N_("months"),
    "million AUD of 2018": N_("million AUD (2018)"),
    "km": "km",
    "class 0-3": N_("(scale 0–3)"),
    "class 0-5": N_("(scale 0–5)"),
    GAP_UNIT: N_("% × leading share"),
    "WGI -2.5 to 2.5": N_("WGI score (−2.5 to 2.5)"),
}
OWN_TABLES = {
    "orebridge_plants": N_("Plants compiled by Orebridge"),
    "orebridge_projects": N_("Projects compiled by Orebridge"),
    "orebridge_frameworks": N_("Frameworks compiled by Orebridge"),
    "orebridge_permitting": N_("Orebridge permitting model"),
    "orebridge_fast41": N_("FAST-41 projects, compiled by Orebridge"),
    "orebridge_site_facts": N_("Site facts compiled by Orebridge"),
    "orebridge_companies": N_("Companies compiled by Orebridge"),
    "orebridge_haulage": N_("Orebridge haulage cost model"),
    "orebridge_japan_consumption": N_("Japanese consumption compiled by Orebridge"),
    "orebridge_trade_codes": N_("Content of HS codes compiled by Orebridge"),
    "searoute": N_("Shipping network (Eurostat, Oak Ridge)"),
}
CHECKS = {
    "Python 3.11 to 3.13": N_("Python 3.11 to 3.13"),
    "DuckDB": "DuckDB",
    "Spatial extension": N_("Spatial extension"),
    "Bundled data": N_("Bundled data (sites / version)"),
    "Your store": N_("Your store"),
    "Disk": N_("Free disk"),
    "Screens": N_("User interface libraries"),
    "Upload guard: files": N_("Upload guard: files"),
    "Upload guard: network": N_("Upload guard: network"),
    "Upload guard: memory": N_("Upload guard: memory"),
    "yes": N_("in order"),
    "no": N_("not in order"),
}
WAYS = {"network": N_("along the mapped network"), "detour": N_("1.3 × straight-line distance")}
LANDMASSES = {"overseas": N_("on another landmass")}
MODES = {"road": N_("by road"), "rail": N_("by rail")}
GROUPS = {
    "basemap": N_("Basemap"),
    "infrastructure": N_("Infrastructure"),
    "geology": N_("Geology"),
    "geophysics": N_("Relief and gravity"),
    "occurrences": N_("Mineral occurrences"),
    "constraints": N_("Constraints"),
    "own": N_("My layers"),
}


#: Where Markdown would make a link of plain text: after the scheme, after www, before the name of a mail's host.
_LINKS = re.compile(r"(?i)(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=@)")
WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """Return a text of a file, an address or an error so that Markdown shows it as it is.

    No mark, no picture, no link.
    """
    apart = _LINKS.sub(WORD_JOINER, text)
    return "".join("\\" + c if c in r"\`*_{}[]<>()#+-.!|$~:" else c for c in apart)


def word(table: dict[str, str], key: str) -> str:
    """Return the word for a key in the reader's language; the key itself where the table lacks it."""
    return _(table[key]) if key in table else key


def site_name(name: str, site_id: str) -> str:
    """Return the name of a site; one that the user brought says so."""
    return f"{name} · {_('user site')}" if site_id.startswith("own-") else name


def shown_name(name: str, site_id: str) -> str:
    """Return the name of a site in the reader's language: on a Japanese page that of a source, else the common one.

    Parameters
    ----------
    name : str
        As the list has it.
    site_id : str
        Id of the site.
    """
    return japanese_name("site", site_id) or site_name(name, site_id)


def japanese_name(kind: str, key: str) -> str:
    """Return the Japanese name of a site or company on a Japanese page, as a source writes it; empty: none known.

    Parameters
    ----------
    kind : str
        ``site`` or ``company``.
    key : str
        Id of the site, or name of the company.
    """
    return names_ja().get((kind, key), "") if language() == "ja" else ""


def commodity(commodity_id: str) -> str:
    """Return a commodity's name in the reader's language."""
    return commodity_names().get(commodity_id, commodity_id) if language() == "ja" else commodity_id.capitalize()


def search_words(commodity_id: str, symbol: str) -> str:
    """Return what else a commodity is found by: its symbol, its name in the other language, the name of its group."""
    named = (commodity_id, "rare earths" if commodity_id in rare_earth_elements() else "")
    japanese = [commodity_names().get(commodity_id, ""), *(names_ja().get(("commodity", key), "") for key in named)]
    other = [commodity_id] if language() == "ja" else []
    words = dict.fromkeys(word for word in (symbol, *other, *japanese) if word and word != commodity(commodity_id))
    return " · ".join(words)


def commodities(ids: list[str], most: int = 4) -> str:
    """Return the first names of a list, with a count of the rest."""
    return listed(map(commodity, ids[:most])) + (f" +{len(ids) - most}" if len(ids) > most else "")


def nation(iso3: str) -> str:
    """Return a country's name in the reader's language."""
    return country(country_codes().get(iso3, ""), iso3) if iso3 else _("Unknown")


@functools.cache
def is_country(text: str) -> bool:
    """Tell whether a text is an alpha-3 code of the country table."""
    return text in country_codes()


def criterion_title(criterion_id: str) -> str:
    """Return a criterion's title in the reader's language."""
    criterion: Criterion = next(c for c in load().criteria if c.id == criterion_id)
    return either(criterion.title, criterion.title_ja)


def source_title(source_id: str) -> str:
    """Return the title of a source, or of our own table, in the reader's words; a layer of a user keeps its name.

    What a user states says so.
    """
    if source_id in OWN_TABLES:
        return word(OWN_TABLES, source_id)
    source = reference.source(source_id)
    title = _(source.title) if source else source_id
    return f"{title} · {_('stated by the user')}" if source_id.startswith(FACT) else title


def licence(source_id: str) -> str:
    """Return the licence of a source."""
    source = reference.source(source_id)
    return source.licence if source else ""
