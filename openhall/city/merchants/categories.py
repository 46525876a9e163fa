"""What shops do, in everyday words, each with its merchant category code (ISO 18245, the "MCC" inside shop codes)."""

from msgspec import Struct

from openhall.base.i18n import N_

# The most that one payment by a printed code may be, in minor units: low where people buy small things, for a printed
# code can be pasted over. A larger sum needs a code made for it. The hall's `payment_max` stands above all of these.
SMALL, MIDDLE, LARGE = 50_000, 200_000, 500_000


class Category(Struct, frozen=True):
    """`code` is the MCC, four digits; `word` a short English name that the API takes as well; `title` a msgid;
    `printed_max` bounds one payment by a printed code, in minor units."""

    code: str
    word: str
    title: str
    printed_max: int = SMALL


# In the order in which people are asked: what opens most often comes first.
CATEGORIES = (
    Category("5814", "breakfast", N_("Breakfast stall, snacks")),
    Category("5812", "restaurant", N_("Restaurant"), MIDDLE),
    Category("5499", "market", N_("Market stall")),
    Category("5411", "grocery", N_("Grocery, supermarket"), MIDDLE),
    Category("5422", "butcher", N_("Meat and fish"), MIDDLE),
    Category("5462", "bakery", N_("Bakery")),
    Category("5441", "sweets", N_("Sweets, nuts, dried fruit")),
    Category("5813", "teahouse", N_("Teahouse, bar"), MIDDLE),
    Category("5921", "drinks", N_("Wine and drinks"), MIDDLE),
    Category("5912", "pharmacy", N_("Pharmacy"), MIDDLE),
    Category("8011", "doctor", N_("Doctor, clinic"), LARGE),
    Category("8021", "dentist", N_("Dentist"), LARGE),
    Category("5331", "variety", N_("General store"), MIDDLE),
    Category("5691", "clothes", N_("Clothes"), MIDDLE),
    Category("5661", "shoes", N_("Shoes"), MIDDLE),
    Category("5722", "appliances", N_("Household appliances"), LARGE),
    Category("5732", "electronics", N_("Phones and electronics"), LARGE),
    Category("5251", "hardware", N_("Hardware, building materials"), MIDDLE),
    Category("5942", "books", N_("Books"), MIDDLE),
    Category("5943", "stationery", N_("Stationery")),
    Category("5992", "flowers", N_("Flowers"), MIDDLE),
    Category("5995", "pets", N_("Pets"), MIDDLE),
    Category("7230", "hairdresser", N_("Hairdresser, beauty"), MIDDLE),
    Category("7211", "laundry", N_("Laundry")),
    Category("7251", "shoe-repair", N_("Shoe repair, key cutting")),
    Category("7629", "repairs", N_("Repairs of appliances and phones"), LARGE),
    Category("7538", "car-repair", N_("Car and bicycle repair"), LARGE),
    Category("4121", "taxi", N_("Taxi")),
    Category("4111", "transport", N_("Bus, ferry, local transport")),
    Category("7523", "parking", N_("Parking")),
    Category("5541", "fuel", N_("Fuel, charging"), MIDDLE),
    Category("7011", "hotel", N_("Hotel, guest house"), LARGE),
    Category("7991", "sights", N_("Sights, museum"), MIDDLE),
    Category("7832", "cinema", N_("Cinema, theatre"), MIDDLE),
    Category("8299", "lessons", N_("Lessons, training"), MIDDLE),
    Category("8351", "child-care", N_("Child care"), MIDDLE),
    Category("8398", "charity", N_("Charity"), MIDDLE),
    Category("7299", "services", N_("Other service"), MIDDLE),
    Category("5999", "other", N_("Other shop"), MIDDLE),
)
_BY_NAME = {category.code: category for category in CATEGORIES} | {category.word: category for category in CATEGORIES}


def find(name: str) -> Category | None:
    """The category with this MCC or this word."""
    return _BY_NAME.get(name.strip().lower())


def printed_max(code: str) -> int:
    """The most that one payment by a printed code of a shop with this stored MCC may be, in minor units."""
    return _BY_NAME[code].printed_max


def title(code: str) -> str:
    """The msgid of a stored MCC."""
    return _BY_NAME[code].title
