"""What shops do, in everyday words, each with its merchant category code (ISO 18245, the "MCC" inside shop codes)."""

from msgspec import Struct

from openhall.base.i18n import N_


class Category(Struct, frozen=True):
    """`code` is the MCC, four digits; `word` a short English name that the API takes as well; `title` a msgid."""

    code: str
    word: str
    title: str


# In the order in which people are asked: what opens most often comes first.
CATEGORIES = (
    Category("5814", "breakfast", N_("Breakfast stall, snacks")),
    Category("5812", "restaurant", N_("Restaurant")),
    Category("5499", "market", N_("Market stall")),
    Category("5411", "grocery", N_("Grocery, supermarket")),
    Category("5422", "butcher", N_("Meat and fish")),
    Category("5462", "bakery", N_("Bakery")),
    Category("5441", "sweets", N_("Sweets, nuts, dried fruit")),
    Category("5813", "teahouse", N_("Teahouse, bar")),
    Category("5921", "drinks", N_("Wine and drinks")),
    Category("5912", "pharmacy", N_("Pharmacy")),
    Category("8011", "doctor", N_("Doctor, clinic")),
    Category("8021", "dentist", N_("Dentist")),
    Category("5331", "variety", N_("General store")),
    Category("5691", "clothes", N_("Clothes")),
    Category("5661", "shoes", N_("Shoes")),
    Category("5722", "appliances", N_("Household appliances")),
    Category("5732", "electronics", N_("Phones and electronics")),
    Category("5251", "hardware", N_("Hardware, building materials")),
    Category("5942", "books", N_("Books")),
    Category("5943", "stationery", N_("Stationery")),
    Category("5992", "flowers", N_("Flowers")),
    Category("5995", "pets", N_("Pets")),
    Category("7230", "hairdresser", N_("Hairdresser, beauty")),
    Category("7211", "laundry", N_("Laundry")),
    Category("7251", "shoe-repair", N_("Shoe repair, key cutting")),
    Category("7629", "repairs", N_("Repairs of appliances and phones")),
    Category("7538", "car-repair", N_("Car and bicycle repair")),
    Category("4121", "taxi", N_("Taxi")),
    Category("4111", "transport", N_("Bus, ferry, local transport")),
    Category("7523", "parking", N_("Parking")),
    Category("5541", "fuel", N_("Fuel, charging")),
    Category("7011", "hotel", N_("Hotel, guest house")),
    Category("7991", "sights", N_("Sights, museum")),
    Category("7832", "cinema", N_("Cinema, theatre")),
    Category("8299", "lessons", N_("Lessons, training")),
    Category("8351", "child-care", N_("Child care")),
    Category("8398", "charity", N_("Charity")),
    Category("7299", "services", N_("Other service")),
    Category("5999", "other", N_("Other shop")),
)
_BY_NAME = {category.code: category for category in CATEGORIES} | {category.word: category for category in CATEGORIES}


def find(name: str) -> Category | None:
    """The category with this MCC or this word."""
    return _BY_NAME.get(name.strip().lower())


def title(code: str) -> str:
    """The msgid of a stored MCC."""
    return _BY_NAME[code].title
