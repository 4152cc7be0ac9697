"""The catalogue's face: regions, agencies, items, search, usage, feedback, and the registry of blocks."""

from shimin.capabilities.catalogue.agencies import Agency, get_agency, list_agencies
from shimin.capabilities.catalogue.blocks import (
    Block,
    Entry,
    Evidence,
    ExampleResult,
    register_block,
    registered_blocks,
)
from shimin.capabilities.catalogue.codes import AUDIENCES, CLASSES, COUNTRY, TABS
from shimin.capabilities.catalogue.domain import ItemCard, ItemGuide, StarLevel
from shimin.capabilities.catalogue.folder.findings import Finding, FolderFault
from shimin.capabilities.catalogue.folder.loader import load as load_yaml
from shimin.capabilities.catalogue.folder.tree import ServiceFolder
from shimin.capabilities.catalogue.known_places import (
    KnownPlace,
    each_known_place,
    get_known_place,
    has_known_places,
    list_known_places,
    list_nearby_places,
)
from shimin.capabilities.catalogue.operations.counts import forget_old_counts
from shimin.capabilities.catalogue.operations.feedback import add_feedback
from shimin.capabilities.catalogue.operations.known_places import (
    PLACE_COLUMNS,
    ImportedPlaces,
    RejectedPlace,
    import_known_places,
)
from shimin.capabilities.catalogue.operations.reference import load_reference, published_regions, region_names
from shimin.capabilities.catalogue.queries import (
    Theme,
    get_item,
    get_version,
    list_items,
    list_related,
    list_themes,
    most_used,
    stars_of,
)
from shimin.capabilities.catalogue.regions import (
    Region,
    all_cities,
    city_of,
    find_regions,
    get_region,
    has_region,
    list_cities,
    nearest_city,
    nearest_district,
    served_regions,
)
from shimin.capabilities.catalogue.search.find import SearchResult, search_items
from shimin.capabilities.catalogue.tally import note_used
from shimin.capabilities.catalogue.use_queries import count_missed, count_opened

__all__ = [
    "AUDIENCES",
    "CLASSES",
    "COUNTRY",
    "PLACE_COLUMNS",
    "TABS",
    "Agency",
    "Block",
    "Entry",
    "Evidence",
    "ExampleResult",
    "Finding",
    "FolderFault",
    "ImportedPlaces",
    "ItemCard",
    "ItemGuide",
    "KnownPlace",
    "Region",
    "RejectedPlace",
    "SearchResult",
    "ServiceFolder",
    "StarLevel",
    "Theme",
    "add_feedback",
    "all_cities",
    "city_of",
    "count_missed",
    "count_opened",
    "each_known_place",
    "find_regions",
    "forget_old_counts",
    "get_agency",
    "get_item",
    "get_known_place",
    "get_region",
    "get_version",
    "has_known_places",
    "has_region",
    "import_known_places",
    "list_agencies",
    "list_cities",
    "list_items",
    "list_known_places",
    "list_nearby_places",
    "list_related",
    "list_themes",
    "load_reference",
    "load_yaml",
    "most_used",
    "nearest_city",
    "nearest_district",
    "note_used",
    "published_regions",
    "region_names",
    "register_block",
    "registered_blocks",
    "search_items",
    "served_regions",
    "stars_of",
]
