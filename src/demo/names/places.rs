//! Where may a customer sit, in which street, and how does its country number taxpayers?

use super::super::random::Stream;

/// Where a customer may sit.
pub(in super::super) struct Place {
    /// as sales groups it
    pub(in super::super) region: &'static str,
    /// ISO 3166
    pub(in super::super) country: &'static str,
    /// in English
    pub(in super::super) city: &'static str,
    /// in Chinese, where it is Chinese
    pub(in super::super) city_zh: &'static str,
    /// the division of China that registers its companies, six digits
    pub(super) division: &'static str,
    /// how often it is chosen beside others
    weight: u64,
}

macro_rules! places {
    ($name:ident: $(($region:literal, $country:literal, $city:literal, $zh:literal,
        $division:literal, $weight:literal)),+ $(,)?) => {
        const $name: &[Place] = &[$(Place { region: $region, country: $country, city: $city,
            city_zh: $zh, division: $division, weight: $weight }),+];
    };
}

places! { EAST:
    ("East China", "CN", "Shanghai", "上海", "310115", 34),
    ("East China", "CN", "Suzhou", "苏州", "320505", 16),
    ("East China", "CN", "Nanjing", "南京", "320115", 10),
    ("East China", "CN", "Hangzhou", "杭州", "330108", 12),
    ("East China", "CN", "Ningbo", "宁波", "330206", 9),
    ("East China", "CN", "Wuxi", "无锡", "320214", 9),
    ("East China", "CN", "Changzhou", "常州", "320411", 5),
    ("East China", "CN", "Nantong", "南通", "320691", 4),
    ("East China", "CN", "Hefei", "合肥", "340123", 6),
    ("East China", "CN", "Jiaxing", "嘉兴", "330402", 4),
}
places! { NORTH:
    ("North China", "CN", "Beijing", "北京", "110108", 30),
    ("North China", "CN", "Tianjin", "天津", "120116", 18),
    ("North China", "CN", "Qingdao", "青岛", "370211", 12),
    ("North China", "CN", "Jinan", "济南", "370102", 9),
    ("North China", "CN", "Shijiazhuang", "石家庄", "130102", 6),
    ("North China", "CN", "Dalian", "大连", "210231", 9),
    ("North China", "CN", "Shenyang", "沈阳", "210112", 8),
    ("North China", "CN", "Harbin", "哈尔滨", "230199", 4),
    ("North China", "CN", "Yantai", "烟台", "370600", 5),
}
places! { SOUTH:
    ("South China", "CN", "Shenzhen", "深圳", "440300", 28),
    ("South China", "CN", "Guangzhou", "广州", "440101", 24),
    ("South China", "CN", "Dongguan", "东莞", "441900", 14),
    ("South China", "CN", "Foshan", "佛山", "440605", 11),
    ("South China", "CN", "Zhuhai", "珠海", "440402", 6),
    ("South China", "CN", "Xiamen", "厦门", "350203", 8),
    ("South China", "CN", "Fuzhou", "福州", "350104", 5),
    ("South China", "CN", "Nanning", "南宁", "450103", 4),
}
places! { WEST:
    ("West China", "CN", "Chengdu", "成都", "510109", 26),
    ("West China", "CN", "Chongqing", "重庆", "500109", 22),
    ("West China", "CN", "Xi'an", "西安", "610131", 18),
    ("West China", "CN", "Wuhan", "武汉", "420100", 16),
    ("West China", "CN", "Changsha", "长沙", "430105", 8),
    ("West China", "CN", "Kunming", "昆明", "530111", 5),
    ("West China", "CN", "Lanzhou", "兰州", "620102", 3),
    ("West China", "CN", "Urumqi", "乌鲁木齐", "650103", 2),
}
places! { ASIA:
    ("Asia Pacific", "HK", "Hong Kong", "", "", 20),
    ("Asia Pacific", "SG", "Singapore", "", "", 18),
    ("Asia Pacific", "TW", "Taipei", "", "", 10),
    ("Asia Pacific", "TW", "Hsinchu", "", "", 6),
    ("Asia Pacific", "JP", "Osaka", "", "", 9),
    ("Asia Pacific", "JP", "Nagoya", "", "", 7),
    ("Asia Pacific", "KR", "Seoul", "", "", 8),
    ("Asia Pacific", "KR", "Busan", "", "", 5),
    ("Asia Pacific", "TH", "Bangkok", "", "", 6),
    ("Asia Pacific", "MY", "Penang", "", "", 5),
    ("Asia Pacific", "VN", "Hai Phong", "", "", 3),
    ("Asia Pacific", "AU", "Melbourne", "", "", 3),
}
places! { EUROPE:
    ("Europe", "DE", "Hamburg", "", "", 14),
    ("Europe", "DE", "Stuttgart", "", "", 9),
    ("Europe", "DE", "München", "", "", 8),
    ("Europe", "DE", "Düsseldorf", "", "", 7),
    ("Europe", "AT", "Linz", "", "", 4),
    ("Europe", "CH", "Zürich", "", "", 5),
    ("Europe", "FR", "Lyon", "", "", 7),
    ("Europe", "NL", "Rotterdam", "", "", 6),
    ("Europe", "BE", "Antwerp", "", "", 4),
    ("Europe", "IT", "Bologna", "", "", 6),
    ("Europe", "ES", "Valencia", "", "", 5),
    ("Europe", "GB", "Birmingham", "", "", 6),
    ("Europe", "SE", "Malmö", "", "", 4),
    ("Europe", "DK", "Aarhus", "", "", 3),
    ("Europe", "NO", "Bergen", "", "", 3),
    ("Europe", "FI", "Tampere", "", "", 3),
    ("Europe", "PL", "Wrocław", "", "", 4),
    ("Europe", "CZ", "Brno", "", "", 3),
}
places! { AMERICAS:
    ("Americas", "US", "Chicago", "", "", 16),
    ("Americas", "US", "Houston", "", "", 12),
    ("Americas", "US", "Cleveland", "", "", 7),
    ("Americas", "US", "Portland", "", "", 5),
    ("Americas", "CA", "Toronto", "", "", 8),
    ("Americas", "MX", "Monterrey", "", "", 8),
    ("Americas", "BR", "Campinas", "", "", 7),
    ("Americas", "CL", "Antofagasta", "", "", 3),
    ("Americas", "CO", "Medellín", "", "", 3),
}

/// The regions, and how much of each business unit's custom lies there, in percent.
const REGIONS: [(&[Place], [u64; 10]); 7] = [
    (EAST, [100, 0, 0, 0, 50, 36, 70, 0, 0, 0]),
    (NORTH, [0, 100, 0, 0, 16, 32, 12, 0, 0, 0]),
    (SOUTH, [0, 0, 100, 0, 26, 16, 10, 0, 0, 0]),
    (WEST, [0, 0, 0, 100, 8, 16, 8, 0, 0, 0]),
    (ASIA, [0, 0, 0, 0, 0, 0, 0, 100, 0, 0]),
    (EUROPE, [0, 0, 0, 0, 0, 0, 0, 0, 100, 0]),
    (AMERICAS, [0, 0, 0, 0, 0, 0, 0, 0, 0, 100]),
];

/// A place for a customer of a business unit.
pub(in super::super) fn place(unit: usize, stream: &mut Stream) -> &'static Place {
    let shares: Vec<u64> = REGIONS.iter().map(|(_, shares)| shares[unit % 10]).collect();
    let places = REGIONS[stream.weighted(&shares)].0;
    let weights: Vec<u64> = places.iter().map(|place| place.weight).collect();
    &places[stream.weighted(&weights)]
}

/// The place of a city; the first of all where there is no such city.
pub(in super::super) fn place_of(city: &str) -> &'static Place {
    let mut places = REGIONS.iter().flat_map(|(places, _)| places.iter());
    places.find(|place| place.city == city).unwrap_or(&EAST[0])
}

const STREETS_ZH: [&str; 36] = [
    "科技路",
    "创业路",
    "工业大道",
    "人民路",
    "解放路",
    "中山路",
    "建设路",
    "东风路",
    "新华路",
    "和平路",
    "长江路",
    "黄河路",
    "兴业路",
    "学府路",
    "高新路",
    "望江路",
    "滨河路",
    "金山路",
    "银杏路",
    "梧桐路",
    "桂花路",
    "松江路",
    "临港大道",
    "开发大道",
    "振兴路",
    "富民路",
    "丰收路",
    "青年路",
    "文化路",
    "光明路",
    "朝阳路",
    "西湖路",
    "南环路",
    "北辰路",
    "云岭路",
    "石桥路",
];
const STREETS_GERMAN: [&str; 12] = [
    "Industriestraße",
    "Bahnhofstraße",
    "Hafenstraße",
    "Gartenweg",
    "Am Mühlbach",
    "Werkstraße",
    "Lindenallee",
    "Kirchgasse",
    "Ringstraße",
    "Uferweg",
    "Am Güterbahnhof",
    "Feldstraße",
];
const STREETS_ITALIAN: [&str; 5] =
    ["Via Emilia", "Via della Stazione", "Via del Lavoro", "Via San Donato", "Viale Europa"];
const STREETS_FRENCH: [&str; 5] =
    ["Rue des Ateliers", "Rue du Port", "Rue de la Gare", "Avenue du Canal", "Rue Neuve"];
const STREETS_SPANISH: [&str; 6] = [
    "Calle Mayor",
    "Avenida Central",
    "Calle del Molino",
    "Avenida Norte",
    "Calle Nueva",
    "Calle Industria",
];
const STREETS_PORTUGUESE: [&str; 4] =
    ["Rua das Flores", "Avenida Brasil", "Rua do Comércio", "Rua Nova"];
const STREETS_DUTCH: [&str; 5] =
    ["Kanaalweg", "Havenstraat", "Stationsweg", "Industrieweg", "Molenstraat"];
const STREETS_SWEDISH: [&str; 4] = ["Storgatan", "Fabriksgatan", "Hamngatan", "Industrigatan"];
const STREETS_DANISH: [&str; 4] = ["Industrivej", "Stationsvej", "Sundvej", "Havnevej"];
const STREETS_NORWEGIAN: [&str; 4] = ["Havnegata", "Storgata", "Fjordveien", "Industriveien"];
const STREETS_FINNISH: [&str; 4] = ["Tehtaankatu", "Rautatienkatu", "Satamakatu", "Koskikatu"];
const STREETS_POLISH: [&str; 4] = ["ul. Polna", "ul. Fabryczna", "ul. Portowa", "ul. Kolejowa"];
const STREETS_CZECH: [&str; 4] = ["Polní", "Nádražní", "Tovární", "Hlavní"];
const STREETS_ENGLISH: [&str; 16] = [
    "Station Road",
    "Mill Lane",
    "Harbour Street",
    "Foundry Road",
    "Park Avenue",
    "Canal Street",
    "Industrial Drive",
    "Commerce Way",
    "Orchard Road",
    "Queens Road",
    "Lake Street",
    "Bridge Street",
    "Forest Drive",
    "Airport Road",
    "Science Park Drive",
    "Quarry Road",
];

/// A street and number, in Chinese for a place in China.
pub(in super::super) fn address(stream: &mut Stream, place: &Place) -> String {
    let number = stream.between(1, 1_280);
    let short = stream.between(1, 148);
    match place.country {
        "CN" => {
            let street = stream.pick(&STREETS_ZH);
            let building = match stream.below(4) {
                0 => format!("{}号楼", stream.between(1, 12)),
                1 => format!("{}幢{}室", stream.between(1, 9), stream.between(101, 1_806)),
                _ => String::new(),
            };
            format!("{street}{number}号{building}")
        }
        "DE" | "AT" | "CH" => format!("{} {short}", stream.pick(&STREETS_GERMAN)),
        "IT" => format!("{} {short}", stream.pick(&STREETS_ITALIAN)),
        "FR" => format!("{short} {}", stream.pick(&STREETS_FRENCH)),
        "ES" | "MX" | "CL" | "CO" => format!("{}, {short}", stream.pick(&STREETS_SPANISH)),
        "BR" => format!("{}, {short}", stream.pick(&STREETS_PORTUGUESE)),
        "NL" | "BE" => format!("{} {short}", stream.pick(&STREETS_DUTCH)),
        "SE" => format!("{} {short}", stream.pick(&STREETS_SWEDISH)),
        "DK" => format!("{} {short}", stream.pick(&STREETS_DANISH)),
        "NO" => format!("{} {short}", stream.pick(&STREETS_NORWEGIAN)),
        "FI" => format!("{} {short}", stream.pick(&STREETS_FINNISH)),
        "PL" => format!("{} {short}", stream.pick(&STREETS_POLISH)),
        "CZ" => format!("{} {short}", stream.pick(&STREETS_CZECH)),
        _ => format!("{number} {}", stream.pick(&STREETS_ENGLISH)),
    }
}

/// How many serial numbers there are: a prime, so that every factor spreads them.
const SERIALS: u64 = 9_999_991;
const SERIAL_FACTOR: u64 = 6_180_337;

/// A tax number as the country writes them; no two indexes below ten million share one.
pub(in super::super) fn tax_number(stream: &mut Stream, index: usize, place: &Place) -> String {
    let serial = (index as u64 + 1) * SERIAL_FACTOR % SERIALS;
    let serial = format!("{serial:07}");
    let mut digits = |count: u32| {
        let number = stream.below(10_u64.pow(count));
        format!("{number:0width$}", width = count as usize)
    };
    match place.country {
        "CN" => credit_code(place.division, index),
        "DE" => format!("DE{}{serial}", 10 + stream.below(90)),
        "AT" => format!("ATU{}{serial}", digits(1)),
        "CH" => {
            let last = digits(1);
            format!("CHE-1{}.{}.{}{last} MWST", &serial[..2], &serial[2..5], &serial[5..])
        }
        "FR" => format!("FR{}{serial}{}", digits(2), digits(2)),
        "NL" => format!("NL{serial}{}B01", digits(2)),
        "BE" => format!("BE0{serial}{}", digits(2)),
        "IT" => format!("IT{serial}{}", digits(4)),
        "ES" => format!("ESB{serial}{}", digits(1)),
        "GB" => format!("GB{serial}{}", digits(2)),
        "SE" => format!("SE55{serial}{}01", digits(1)),
        "DK" => format!("DK{}{serial}", 1 + stream.below(9)),
        "NO" => format!("NO9{serial}{}MVA", digits(1)),
        "FI" => format!("FI{}{serial}", digits(1)),
        "PL" => format!("PL{serial}{}", digits(3)),
        "CZ" => format!("CZ{serial}{}", digits(1)),
        "US" => format!("{}-{serial}", 10 + stream.below(89)),
        "CA" => format!("{serial}{}RT0001", digits(2)),
        "MX" => format!("ABC{serial}{}", digits(2)),
        "BR" => {
            let (first, rest) = (&serial[..1], &serial[1..]);
            format!("{}{first}.{}.{}/0001-{}", digits(1), &rest[..3], &rest[3..], digits(2))
        }
        "CL" => format!("76{serial}-{}", digits(1)),
        "CO" => format!("90{serial}-{}", digits(1)),
        "SG" => format!("20{serial}{}", *stream.pick(&["C", "D", "H", "K", "M", "R", "W", "Z"])),
        "JP" => format!("T1{serial}{}", digits(5)),
        "KR" => format!("{}-{}-{}", digits(3), &serial[..2], &serial[2..]),
        "TW" | "HK" => format!("{}{serial}", 2 + stream.below(7)),
        "TH" => format!("0105{serial}{}", digits(2)),
        "MY" => format!("C{serial}{}", digits(3)),
        "VN" => format!("02{serial}{}", digits(1)),
        _ => format!("5{}{serial}{}", digits(1), digits(2)),
    }
}

/// The signs of the unified social credit code in the order of their values: 0 to 9, then letters
/// without I, O, S, V and Z.
const SIGNS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The place of a sign in an alphabet.
fn value(sign: u8) -> u64 {
    SIGNS.iter().position(|known| *known == sign).unwrap_or_default() as u64
}

/// The check sign of the first 17 signs of a unified social credit code (GB 32100-2015): weights
/// are the powers of 3 modulo 31.
fn code_check(signs: &[u8]) -> u8 {
    let (sum, _) = signs
        .iter()
        .fold((0, 1), |(sum, weight), sign| (sum + value(*sign) * weight, weight * 3 % 31));
    SIGNS[usize::try_from((31 - sum % 31) % 31).unwrap_or_default()]
}

/// The check sign of the eight signs of an organisation code (GB 11714-1997), where letters count
/// on from ten.
fn organisation_check(signs: &[u8]) -> u8 {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = signs
        .iter()
        .zip(WEIGHTS)
        .map(|(sign, weight)| char::from(*sign).to_digit(36).unwrap_or_default() * weight)
        .sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or_default(),
    }
}

/// A Chinese company's unified social credit code: registrar, category, division, organisation
/// code, check sign.
fn credit_code(division: &str, index: usize) -> String {
    // Six signs of the organisation code tell companies apart: a prime below 31 to the sixth.
    let mut serial = (index as u64 + 1) * 548_507_111 % 887_503_681;
    let mut organisation = *b"MA000000";
    for place in (2..8).rev() {
        organisation[place] = SIGNS[usize::try_from(serial % 31).unwrap_or_default()];
        serial /= 31;
    }
    let mut code = b"91".to_vec();
    code.extend(division.bytes());
    code.extend(organisation);
    code.push(organisation_check(&organisation));
    code.push(code_check(&code));
    String::from_utf8_lossy(&code).into_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{REGIONS, Stream, code_check, credit_code, organisation_check, tax_number};

    /// By hand. The organisation code MA012345: 22*3 + 10*7 + 0*9 + 1*10 + 2*5 + 3*8 + 4*4 + 5*2 =
    /// 206, 206 mod 11 = 8, 11 - 8 = 3.
    #[test]
    fn check_signs_are_those_of_the_standards() {
        assert_eq!(organisation_check(b"MA012345"), b'3');
        // Weights 1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28:
        // 9 + 3 + 27 + 135 + 0 + 52 + 0 + 0 + 420 + 290 + 0 + 13 + 16 + 72 + 40 + 150 + 84 = 1311,
        // 1311 mod 31 = 9; 31 - 9 = 22, the sign N.
        assert_eq!(code_check(b"91350200MA0123453"), b'N');
        // The sample code that is printed most: its sum is 1640, 1640 mod 31 = 28, 31 - 28 = 3.
        assert_eq!(code_check(b"91350100M000100Y4"), b'3');
        // A sum that the modulus divides gives 0, not 31.
        assert_eq!(code_check(b"00000000000000000"), b'0');
    }

    #[test]
    fn tax_numbers_are_unique_and_have_their_form() {
        let mut seen = BTreeSet::new();
        let places: Vec<_> = REGIONS.iter().flat_map(|(places, _)| places.iter()).collect();
        for index in 0..50_000 {
            let mut stream = Stream::of(1, "test", index as u64, 0);
            let number = tax_number(&mut stream, index, places[index % places.len()]);
            assert!(seen.insert(number.clone()), "{number}");
        }
        let code = credit_code("310115", 77);
        assert_eq!(code.len(), 18);
        assert_eq!(code_check(&code.as_bytes()[..17]), code.as_bytes()[17]);
        assert_eq!(organisation_check(&code.as_bytes()[8..16]), code.as_bytes()[16]);
    }
}
