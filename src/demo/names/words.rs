//! Of which words are companies' names made?
//!
//! The lists are texts, so that a hundred words take ten lines: words are parted by blanks, a sign
//! and its pinyin stand together.

/// First signs of Chinese names, each with its pinyin.
pub(super) const FIRST_SIGNS: &str = "\
    恒heng 鸿hong 博bo 嘉jia 铭ming 睿rui 晟sheng 锦jin 泓hong 禾he 翰han 瀚han 柏bai 楚chu \
    沧cang 澄cheng 辰chen 诚cheng 驰chi 川chuan 淳chun 鼎ding 岱dai 栋dong 敦dun 帆fan 枫feng \
    沣feng 甫fu 皓hao 和he 衡heng 弘hong 桓huan 晖hui 慧hui 冀ji 霁ji 佳jia 坚jian 剑jian \
    江jiang 杰jie 劲jin 景jing 璟jing 旌jing 炬ju 峻jun 骏jun 楷kai 坤kun 岚lan 朗lang 磊lei \
    黎li 励li 荔li 琳lin 凌ling 菱ling 鲁lu 禄lu 珞luo 茂mao 玫mei 沐mu 宁ning 鹏peng 品pin \
    朴pu 启qi 琪qi 谦qian 乔qiao 秦qin 青qing 清qing 泉quan 融rong 儒ru 若ruo 善shan 绍shao \
    硕shuo 松song 崧song 棠tang 拓tuo 纬wei 文wen 雯wen 曦xi 翔xiang 骁xiao 欣xin 馨xin 轩xuan \
    旭xu 雅ya 彦yan 扬yang 烨ye 逸yi 毅yi 盈ying 颖ying 昱yu 裕yu 毓yu 元yuan 岳yue 云yun 泽ze \
    展zhan 振zhen 志zhi 卓zhuo 紫zi 漾yang 屹yi 珩heng 珂ke 瑾jin 钰yu 笃du 溥pu 熠yi";

/// Second signs of Chinese names, each with its pinyin.
pub(super) const SECOND_SIGNS: &str = "\
    标biao 彬bin 昌chang 畅chang 超chao 程cheng 创chuang 春chun 道dao 登deng 典dian 东dong \
    度du 恩en 方fang 飞fei 峰feng 孚fu 富fu 冠guan 贵gui 航hang 豪hao 浩hao 合he 宏hong 桦hua \
    辉hui 基ji 际ji 捷jie 进jin 晶jing 久jiu 钧jun 可ke 来lai 兰lan 澜lan 理li 立li 良liang \
    岭ling 路lu 美mei 民min 明ming 沃wo 欧ou 派pai 奇qi 强qiang 庆qing 全quan 仁ren 山shan \
    升sheng 胜sheng 时shi 实shi 顺shun 同tong 通tong 图tu 望wang 沅yuan 溪xi 祥xiang 兴xing \
    星xing 雄xiong 旋xuan 亚ya 洋yang 谊yi 益yi 银yin 英ying 友you 远yuan 越yue 韵yun 哲zhe \
    珍zhen 智zhi 中zhong 舟zhou 勤qin 舒shu 岩yan 隽juan 嵘rong 淼miao 遥yao 铎duo 葳wei";

/// Third signs of Chinese names of three, each with its pinyin; no word of a trade begins with one.
pub(super) const THIRD_SIGNS: &str = "\
    德de 达da 鑫xin 威wei 利li 丰feng 盛sheng 凯kai 纳na 维wei 格ge 斯si 克ke 森sen 普pu 朗lang \
    曼man 诺nuo 邦bang 迪di 伦lun 顿dun 罗luo 泽ze";

/// Beginnings of coined names in Latin script.
pub(super) const BEGINNINGS: &str = "\
    Al Ar Ash Ber Blen Bram Bren Brin Cal Car Chal Cor Cran Dal Dar Del Den Dor Dun Eber Eck \
    Eld Elm Em Fal Far Fen Finn Fol Frie Gal Gar Glen Gran Gren Grun Hag Hal Han Har Has Hel \
    Hen Her Hol Hum Il In Is Jar Jor Kal Kar Kel Kem Kil Kin Kor Lam Lan Lar Lauf Len Lin Lor \
    Lund Mal Mar Mel Mer Mil Mon Mor Nel Ner Nor Oak Ol Or Os Pem Pen Per Pol Quen Rad Ral \
    Ram Ren Ros Rud Sal San Sel Sig Sol Stan Stel Sul Tal Tan Ter Thal Thor Til Tor Tren Ul \
    Ur Val Van Vel Ver Vin Vol Wal War Wel Wen Wil Win Wol Yar Zel Zim";

/// Ends of coined names in Latin script.
pub(super) const ENDS: &str = "\
    by bach beck berg borg bourne brand bridge brook burn bury cott croft dahl dale dell den \
    dorf fell field ford forth gard garth gate grove haim ham hard haus haven hazen heim hill \
    holm holt horn hurst ing kamp kirk loft laer leigh lea lin lund mane mard mark marsh mere \
    mond monte moor more mouth nau ness ova over port quist ridge rode rup senn shaw side \
    sund stad stedt stein stock stone strand strom tal thorpe tun tor vale veld vik ville \
    wald wall ward water way well wick wood worth";

/// What stands between a coined name and its trade where there is something.
pub(super) const QUALIFIERS: [&str; 8] = [
    "International",
    "United",
    "& Sons",
    "Precision",
    "Northern",
    "Continental",
    "Allied",
    "Advanced",
];

/// How many trades each industry has.
pub(super) const TRADE_COUNT: usize = 8;

/// What customers do, and the trades of each in Chinese and English; no trade is named twice.
pub(super) const TRADES: [(&str, &str); 16] = [
    (
        "food",
        "食品=Foods|食品机械=Food Machinery|粮油=Grain and Oil|乳业=Dairy|烘焙=Bakery|\
        调味品=Seasonings|肉制品=Meat Products|冷冻食品=Frozen Foods",
    ),
    (
        "beverages",
        "饮料=Beverages|酿造=Brewing|饮用水=Drinking Water|果汁=Juices|茶业=Tea|\
        酒业=Spirits|植物饮品=Plant Drinks|灌装技术=Filling Technology",
    ),
    (
        "pharmaceuticals",
        "制药=Pharma|生物医药=Biopharma|医疗器械=Medical Devices|\
        中药=Herbal Medicine|疫苗=Vaccines|药用包装=Pharma Packaging|原料药=Active Ingredients|\
        诊断试剂=Diagnostics",
    ),
    (
        "chemicals",
        "化工=Chemicals|涂料=Coatings|树脂=Resins|精细化学品=Fine Chemicals|\
        化肥=Fertilisers|胶粘剂=Adhesives|工业气体=Industrial Gases|染料=Dyestuffs",
    ),
    (
        "power",
        "电力=Power|热能=Thermal Energy|风电设备=Wind Power|光伏=Solar|锅炉=Boilers|\
        储能=Energy Storage|电网设备=Grid Equipment|热电=Heat and Power",
    ),
    (
        "oil_and_gas",
        "石油设备=Oilfield Equipment|燃气=Gas Supply|管道=Pipelines|炼化=Refining|\
        油田服务=Oilfield Services|润滑油=Lubricants|储运=Tank Storage|海洋工程=Offshore",
    ),
    (
        "water",
        "水务=Water Utilities|环保=Environmental|污水处理=Wastewater|\
        净水=Water Purification|膜技术=Membranes|泵业=Pumps|阀门=Valves|\
        固废处理=Waste Treatment",
    ),
    (
        "machinery",
        "机械=Machinery|自动化=Automation|数控机床=Machine Tools|液压=Hydraulics|\
        轴承=Bearings|包装机械=Packaging Machines|印刷设备=Printing Equipment|\
        压缩机=Compressors",
    ),
    (
        "automotive",
        "汽车零部件=Auto Parts|车灯=Automotive Lighting|制动系统=Brake Systems|\
        新能源汽车=Electric Vehicles|底盘=Chassis|汽车电子=Automotive Electronics|轮毂=Wheels|\
        密封件=Seals",
    ),
    (
        "electronics",
        "电子=Electronics|半导体=Semiconductors|光电=Optoelectronics|传感器=Sensors|\
        电路板=Circuit Boards|连接器=Connectors|显示技术=Displays|电池=Batteries",
    ),
    (
        "metals",
        "钢铁=Steel|铝业=Aluminium|铜业=Copper|铸造=Castings|锻造=Forgings|\
        特种合金=Special Alloys|有色金属=Nonferrous Metals|金属制品=Metal Products",
    ),
    (
        "paper",
        "纸业=Paper|包装材料=Packaging|纸浆=Pulp|印务=Printing|特种纸=Speciality Paper|\
        生活用纸=Tissue|纸箱=Cartons|林浆=Forest Products",
    ),
    (
        "textiles",
        "纺织=Textiles|印染=Dyeing|化纤=Fibres|服装=Apparel|无纺布=Nonwovens|\
        皮革=Leather|家纺=Home Textiles|针织=Knitwear",
    ),
    (
        "building_materials",
        "建材=Building Materials|水泥=Cement|玻璃=Glass|陶瓷=Ceramics|\
        门窗=Windows and Doors|保温材料=Insulation|石材=Stone|管材=Pipes",
    ),
    (
        "transport_equipment",
        "船舶=Shipbuilding|船用设备=Marine Equipment|轨道交通=Rail Systems|\
        航空部件=Aero Components|港口机械=Port Machinery|船舶修理=Ship Repair|\
        船用动力=Marine Engines|海事技术=Maritime Technology",
    ),
    (
        "research",
        "检测技术=Testing Technology|计量科学=Metrology|材料研究=Materials Research|\
        生命科学=Life Sciences|环境监测=Environmental Monitoring|\
        分析技术=Analytical Technology|应用物理=Applied Physics|化学研究=Chemical Research",
    ),
];

/// Legal forms of Chinese companies with their English names, and how often each is.
pub(super) const CHINESE_FORMS: [(&str, &str, u64); 5] = [
    ("有限公司", "Co., Ltd.", 76),
    ("股份有限公司", "Co., Ltd. (by shares)", 10),
    ("有限责任公司", "Co., Ltd.", 5),
    ("集团有限公司", "Group Co., Ltd.", 5),
    ("厂", "Works", 4),
];

/// Legal forms of Chinese institutes with their English names, and how often each is.
pub(super) const INSTITUTE_FORMS: [(&str, &str, u64); 4] = [
    ("研究所", "Institute", 40),
    ("研究院", "Academy", 25),
    ("检测中心", "Testing Centre", 15),
    ("有限公司", "Co., Ltd.", 20),
];

/// Legal forms elsewhere, the most frequent first and twice.
pub(super) fn foreign_forms(country: &str) -> &'static [&'static str] {
    match country {
        "CN" | "TH" | "VN" | "KR" | "TW" => &["Co., Ltd."],
        "DE" => &["GmbH", "GmbH", "AG", "GmbH & Co. KG"],
        "AT" => &["GmbH", "GmbH", "AG"],
        "CH" => &["AG", "AG", "SA"],
        "FR" => &["SAS", "SAS", "S.A.", "SARL"],
        "NL" => &["B.V.", "B.V.", "N.V."],
        "BE" => &["N.V.", "BV"],
        "IT" => &["S.p.A.", "S.r.l."],
        "ES" => &["S.A.", "S.L."],
        "DK" => &["A/S", "A/S", "ApS"],
        "SE" => &["AB"],
        "NO" => &["AS"],
        "FI" => &["Oy", "Oy", "Oyj"],
        "PL" => &["Sp. z o.o.", "S.A."],
        "CZ" => &["s.r.o.", "a.s."],
        "US" => &["Inc.", "Inc.", "LLC", "Corp."],
        "CA" => &["Inc.", "Ltd."],
        "MX" => &["S.A. de C.V."],
        "BR" => &["Ltda.", "S.A."],
        "CL" => &["S.A.", "SpA"],
        "CO" => &["S.A.S."],
        "JP" => &["Co., Ltd.", "K.K."],
        "SG" => &["Pte. Ltd."],
        "MY" => &["Sdn. Bhd."],
        "AU" => &["Pty Ltd"],
        "GB" => &["Ltd", "Ltd", "plc"],
        _ => &["Ltd."],
    }
}

/// The word of a place in a list that is parted by blanks.
pub(super) fn word(list: &'static str, place: usize) -> &'static str {
    list.split_ascii_whitespace().nth(place).unwrap_or_default()
}

/// A sign and its pinyin.
pub(super) fn sign(list: &'static str, place: usize) -> (char, &'static str) {
    let word = word(list, place);
    let sign = word.chars().next().unwrap_or_default();
    (sign, word.get(sign.len_utf8()..).unwrap_or_default())
}

/// The Chinese and English words of a trade of an industry.
pub(super) fn trade(industry: &str, place: usize) -> (&'static str, &'static str) {
    let trades = TRADES.iter().find(|(known, _)| *known == industry).unwrap_or(&TRADES[0]).1;
    trades.split('|').nth(place).and_then(|both| both.split_once('=')).unwrap_or_default()
}
