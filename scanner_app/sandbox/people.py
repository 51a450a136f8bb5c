"""Guests who do not exist: names from many languages and scripts, addresses, seats."""

import random
from dataclasses import dataclass

# Invented pairings of common given and family names, kept apart by language so that a name reads as one.
NAMES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("en", ("Ada", "Grace", "Oliver", "Amelia", "Harry"), ("Smith", "O'Brien", "Taylor", "Whitfield", "Carter-Lane")),
    ("de", ("Jürgen", "Käthe", "Björn", "Änne", "Sepp"), ("Müller", "Größl", "Weiß", "Schäfer", "von der Höh")),
    ("fr", ("Zoé", "François", "Hélène", "Gaël", "Noël"), ("Lefèvre", "D'Aubigné", "Béranger", "Châtel", "Moreau")),
    ("es", ("José", "María", "Íñigo", "Begoña", "Núria"), ("García", "Muñoz", "Ibáñez", "Peña", "de la Cruz")),
    ("pl", ("Łukasz", "Żaneta", "Małgorzata", "Paweł", "Świętosława"), ("Wiśniewski", "Dąbrowska", "Wójcik", "Źródło")),
    ("cs", ("Jiří", "Božena", "Řehoř", "Zdeněk", "Věra"), ("Dvořák", "Nováková", "Černý", "Kříž", "Šťastný")),
    ("sv", ("Åsa", "Göran", "Märta", "Örjan", "Linnéa"), ("Åkesson", "Öberg", "Sjöström", "Lindqvist")),
    ("tr", ("Çağla", "Işıl", "Şükrü", "Gülşen", "İbrahim"), ("Yılmaz", "Çelik", "Öztürk", "Güneş")),
    ("vi", ("Nguyễn Thị", "Trần Văn", "Phạm Ngọc", "Lê Hữu"), ("Hương", "Đức", "Quỳnh", "Thảo")),
    ("el", ("Γιώργος", "Ελένη", "Δημήτρης", "Σοφία"), ("Παπαδόπουλος", "Νικολάου", "Οικονόμου")),
    ("ru", ("Алексей", "Наталья", "Юрий", "Ольга"), ("Иванов", "Щербакова", "Соловьёв", "Кузнецова")),
    ("he", ("נועה", "אבי", "תמר", "יוסף"), ("כהן", "לוי", "פרץ", "ביטון")),
    ("ar", ("محمد", "فاطمة", "ليلى", "يوسف"), ("العلي", "حسن", "الخطيب", "منصور")),
    ("hi", ("आरव", "प्रिया", "रोहन", "अनन्या"), ("शर्मा", "वर्मा", "गुप्ता", "सिंह")),
    ("th", ("สมชาย", "สุดา", "อนันต์"), ("ใจดี", "ศรีสุข", "วงศ์ทอง")),
    ("zh", ("伟", "芳", "秀英", "浩然"), ("王", "李", "张", "欧阳")),
    ("ja", ("太郎", "花子", "さくら", "健一"), ("山田", "佐藤", "高橋", "渡辺")),
    ("ko", ("민준", "서연", "지후", "하은"), ("김", "이", "박", "최")),
)
FAMILY_FIRST = {"zh", "ja", "ko"}
TICKETS = ("Day ticket", "Weekend ticket", "Early bird", "Student", "Crew", "Press", "Standing", "Balcony")


@dataclass(frozen=True)
class Person:
    """One invented guest."""

    given: str
    family: str
    language: str
    email: str
    seat: str
    ticket: str

    @property
    def name(self) -> str:
        """The name as the guest's language writes it."""
        if self.language in FAMILY_FIRST:
            return f"{self.family}{' ' if self.language == 'ko' else ''}{self.given}"
        return f"{self.given} {self.family}"


def invent(dice: random.Random, number: int) -> Person:
    """The next guest; `number` keeps addresses apart."""
    language, given_names, family_names = dice.choice(NAMES)
    return Person(
        given=dice.choice(given_names),
        family=dice.choice(family_names),
        language=language,
        email=f"guest{number}.{language}@example.org",
        seat=f"{dice.choice('ABCDEFGHJK')}{dice.randint(1, 40)}",
        ticket=dice.choice(TICKETS),
    )
