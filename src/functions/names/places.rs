//! Which city does a text name, however it is spelt?

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::FunctionError;
use super::fold::{fold, is_han};

/// Cities that have a Chinese name, each with its name in Latin script: those of China from the
/// prefecture upwards, and some abroad.
const CITIES: &str = "\
    北京beijing 上海shanghai 天津tianjin 重庆chongqing 香港hongkong 澳门macao 石家庄shijiazhuang \
    唐山tangshan 秦皇岛qinhuangdao 邯郸handan 邢台xingtai 保定baoding 张家口zhangjiakou \
    承德chengde 沧州cangzhou 廊坊langfang 衡水hengshui 太原taiyuan 大同datong 阳泉yangquan \
    长治changzhi 晋城jincheng 朔州shuozhou 晋中jinzhong 运城yuncheng 忻州xinzhou 临汾linfen \
    吕梁lvliang 呼和浩特hohhot 包头baotou 乌海wuhai 赤峰chifeng 通辽tongliao 鄂尔多斯ordos \
    呼伦贝尔hulunbuir 巴彦淖尔bayannur 乌兰察布ulanqab 沈阳shenyang 大连dalian 鞍山anshan \
    抚顺fushun 本溪benxi 丹东dandong 锦州jinzhou 营口yingkou 阜新fuxin 辽阳liaoyang 盘锦panjin \
    铁岭tieling 朝阳chaoyang 葫芦岛huludao 长春changchun 吉林jilin 四平siping 辽源liaoyuan \
    通化tonghua 白山baishan 松原songyuan 白城baicheng 哈尔滨harbin 齐齐哈尔qiqihar 鸡西jixi \
    鹤岗hegang 双鸭山shuangyashan 大庆daqing 伊春yichun 佳木斯jiamusi 七台河qitaihe \
    牡丹江mudanjiang 黑河heihe 绥化suihua 南京nanjing 无锡wuxi 徐州xuzhou 常州changzhou \
    苏州suzhou 南通nantong 连云港lianyungang 淮安huaian 盐城yancheng 扬州yangzhou 镇江zhenjiang \
    泰州taizhou 宿迁suqian 昆山kunshan 江阴jiangyin 常熟changshu 张家港zhangjiagang 太仓taicang \
    杭州hangzhou 宁波ningbo 温州wenzhou 嘉兴jiaxing 湖州huzhou 绍兴shaoxing 金华jinhua \
    衢州quzhou 舟山zhoushan 台州taizhou 丽水lishui 义乌yiwu 合肥hefei 芜湖wuhu 蚌埠bengbu \
    淮南huainan 马鞍山maanshan 淮北huaibei 铜陵tongling 安庆anqing 黄山huangshan 滁州chuzhou \
    阜阳fuyang 宿州suzhou 六安luan 亳州bozhou 池州chizhou 宣城xuancheng 福州fuzhou 厦门xiamen \
    莆田putian 三明sanming 泉州quanzhou 漳州zhangzhou 南平nanping 龙岩longyan 宁德ningde \
    南昌nanchang 景德镇jingdezhen 萍乡pingxiang 九江jiujiang 新余xinyu 鹰潭yingtan 赣州ganzhou \
    吉安jian 宜春yichun 抚州fuzhou 上饶shangrao 济南jinan 青岛qingdao 淄博zibo 枣庄zaozhuang \
    东营dongying 烟台yantai 潍坊weifang 济宁jining 泰安taian 威海weihai 日照rizhao 临沂linyi \
    德州dezhou 聊城liaocheng 滨州binzhou 菏泽heze 郑州zhengzhou 开封kaifeng 洛阳luoyang \
    平顶山pingdingshan 安阳anyang 鹤壁hebi 新乡xinxiang 焦作jiaozuo 濮阳puyang 许昌xuchang \
    漯河luohe 三门峡sanmenxia 南阳nanyang 商丘shangqiu 信阳xinyang 周口zhoukou 驻马店zhumadian \
    武汉wuhan 黄石huangshi 十堰shiyan 宜昌yichang 襄阳xiangyang 鄂州ezhou 荆门jingmen \
    孝感xiaogan 荆州jingzhou 黄冈huanggang 咸宁xianning 随州suizhou 长沙changsha 株洲zhuzhou \
    湘潭xiangtan 衡阳hengyang 邵阳shaoyang 岳阳yueyang 常德changde 张家界zhangjiajie 益阳yiyang \
    郴州chenzhou 永州yongzhou 怀化huaihua 娄底loudi 广州guangzhou 韶关shaoguan 深圳shenzhen \
    珠海zhuhai 汕头shantou 佛山foshan 江门jiangmen 湛江zhanjiang 茂名maoming 肇庆zhaoqing \
    惠州huizhou 梅州meizhou 汕尾shanwei 河源heyuan 阳江yangjiang 清远qingyuan 东莞dongguan \
    中山zhongshan 潮州chaozhou 揭阳jieyang 云浮yunfu 南宁nanning 柳州liuzhou 桂林guilin \
    梧州wuzhou 北海beihai 防城港fangchenggang 钦州qinzhou 贵港guigang 玉林yulin 百色baise \
    贺州hezhou 河池hechi 来宾laibin 崇左chongzuo 海口haikou 三亚sanya 儋州danzhou 成都chengdu \
    自贡zigong 攀枝花panzhihua 泸州luzhou 德阳deyang 绵阳mianyang 广元guangyuan 遂宁suining \
    内江neijiang 乐山leshan 南充nanchong 眉山meishan 宜宾yibin 广安guangan 达州dazhou 雅安yaan \
    巴中bazhong 资阳ziyang 贵阳guiyang 六盘水liupanshui 遵义zunyi 安顺anshun 毕节bijie \
    铜仁tongren 昆明kunming 曲靖qujing 玉溪yuxi 保山baoshan 昭通zhaotong 丽江lijiang 普洱puer \
    临沧lincang 拉萨lhasa 西安xian 铜川tongchuan 宝鸡baoji 咸阳xianyang 渭南weinan 延安yanan \
    汉中hanzhong 榆林yulin 安康ankang 商洛shangluo 兰州lanzhou 嘉峪关jiayuguan 金昌jinchang \
    白银baiyin 天水tianshui 武威wuwei 张掖zhangye 平凉pingliang 酒泉jiuquan 庆阳qingyang \
    定西dingxi 陇南longnan 西宁xining 海东haidong 银川yinchuan 石嘴山shizuishan 吴忠wuzhong \
    固原guyuan 中卫zhongwei 乌鲁木齐urumqi 克拉玛依karamay 吐鲁番turpan 哈密hami 台北taipei \
    高雄kaohsiung 台中taichung 台南tainan 新竹hsinchu 新北newtaipei 桃园taoyuan 基隆keelung \
    东京tokyo 大阪osaka 名古屋nagoya 京都kyoto 横滨yokohama 首尔seoul 釜山busan 新加坡singapore \
    曼谷bangkok 河内hanoi 海防haiphong 胡志明市hochiminhcity 吉隆坡kualalumpur 雅加达jakarta \
    伦敦london 巴黎paris 柏林berlin 汉堡hamburg 慕尼黑munchen 法兰克福frankfurt 维也纳wien \
    苏黎世zurich 米兰milano 罗马roma 马德里madrid 莫斯科moskva 纽约newyork 芝加哥chicago \
    洛杉矶losangeles 休斯敦houston 多伦多toronto 悉尼sydney 墨尔本melbourne";

/// Other names in Latin script: the first of each pair is the one used abroad or earlier.
const ALIASES: &str = "\
    peking=beijing tientsin=tianjin tsingtao=qingdao canton=guangzhou nanking=nanjing \
    hangchow=hangzhou amoy=xiamen chungking=chongqing macau=macao huhehaote=hohhot haerbin=harbin \
    wulumuqi=urumqi munich=munchen cologne=koln vienna=wien milan=milano rome=roma turin=torino \
    florence=firenze venice=venezia naples=napoli genoa=genova prague=praha warsaw=warszawa \
    cracow=krakow lisbon=lisboa copenhagen=kobenhavn gothenburg=goteborg brussels=bruxelles \
    brussel=bruxelles antwerp=antwerpen ghent=gent geneva=geneve genf=geneve basle=basel \
    thehague=denhaag nuremberg=nurnberg hanover=hannover brunswick=braunschweig moscow=moskva \
    seville=sevilla athens=athina bucharest=bucuresti belgrade=beograd newyorkcity=newyork";

struct Gazetteer {
    /// Latin names by Chinese ones
    latin: HashMap<&'static str, &'static str>,
    /// the Chinese cities among them, in Latin script, with which a company's name may begin
    begins: HashMap<&'static str, ()>,
    /// the usual name by another
    usual: HashMap<&'static str, &'static str>,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| {
    let split = |entry: &'static str| {
        let at = entry.find(|letter: char| letter.is_ascii()).unwrap_or(entry.len());
        entry.split_at(at)
    };
    let cities = CITIES.split_ascii_whitespace().map(split);
    let aliases = ALIASES.split_ascii_whitespace().filter_map(|pair| pair.split_once('='));
    Gazetteer {
        latin: cities.clone().collect(),
        begins: cities.map(|(_, latin)| (latin, ())).collect(),
        usual: aliases.collect(),
    }
});

/// How many signs the longest Chinese name of a city has.
const LONGEST: usize = 5;

/// The key of a city: the same for its Chinese and Latin names, with and without accents, blanks
/// and the word for city. `西安市` and `Xi'an` are `xian`, `München` and `Muenchen` are `munchen`.
///
/// # Errors
/// When the signs of the two Chinese scripts cannot be loaded.
pub(super) fn normalise_city(text: &str) -> Result<Option<String>, FunctionError> {
    let mut key: String = fold(text)?.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if key.chars().any(is_han) {
        if let Some((city, rest)) = leading_city(&key)
            && matches!(rest, "" | "市")
        {
            return Ok(Some(city.to_owned()));
        }
        return Ok(Some(key.strip_suffix('市').unwrap_or(&key).to_owned()));
    }
    // Both the plain letter and the pair of letters stand for an umlaut.
    for (pair, letter) in [("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")] {
        key = key.replace(pair, letter);
    }
    let usual = GAZETTEER.usual.get(key.as_str()).map(|usual| (*usual).to_owned());
    Ok(Some(usual.unwrap_or(key)).filter(|key| !key.is_empty()))
}

/// The city with whose Chinese name a folded text begins, in Latin script, and what follows.
pub(super) fn leading_city(text: &str) -> Option<(&'static str, &str)> {
    let ends: Vec<usize> =
        text.char_indices().map(|(at, letter)| at + letter.len_utf8()).take(LONGEST).collect();
    ends.into_iter().rev().find_map(|end| {
        let (head, rest) = text.split_at(end);
        GAZETTEER.latin.get(head).map(|latin| (*latin, rest))
    })
}

/// The city with whose Chinese name a folded text ends, in Latin script, and what stands before.
pub(super) fn trailing_city(text: &str) -> Option<(&'static str, &str)> {
    let text = text.strip_suffix('市').unwrap_or(text);
    let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let from = starts.len().saturating_sub(LONGEST);
    starts.drain(..from);
    starts.into_iter().find_map(|start| {
        let (before, tail) = text.split_at(start);
        GAZETTEER.latin.get(tail).map(|latin| (*latin, before))
    })
}

/// How many of the first words of a Latin name are a city of China, and its key.
pub(super) fn leading_words(words: &[String]) -> Option<(usize, String)> {
    (1..=2).rev().find_map(|count| {
        let name: String = words.get(..count)?.concat();
        GAZETTEER.begins.contains_key(name.as_str()).then_some((count, name))
    })
}

#[cfg(test)]
mod tests {
    use super::{CITIES, leading_city, leading_words, normalise_city, trailing_city};

    #[test]
    fn a_city_has_one_key() {
        let cases = [
            ("西安", "xian"),
            ("西安市", "xian"),
            ("Xi'an", "xian"),
            ("瀋陽", "shenyang"),
            ("Muenchen", "munchen"),
            ("MÜNCHEN", "munchen"),
            ("Munich", "munchen"),
            ("Hong Kong", "hongkong"),
            ("香港", "hongkong"),
            ("Malmö", "malmo"),
            ("某镇", "某镇"),
        ];
        for (text, expected) in cases {
            assert_eq!(normalise_city(text).unwrap().unwrap(), expected, "{text}");
        }
        assert_eq!(normalise_city(" - ").unwrap(), None);
    }

    #[test]
    fn cities_are_found_at_either_end() {
        assert_eq!(leading_city("乌鲁木齐恒达"), Some(("urumqi", "恒达")));
        assert_eq!(leading_city("恒达上海"), None);
        assert_eq!(trailing_city("恒达上海"), Some(("shanghai", "恒达")));
        assert_eq!(trailing_city("恒达石家庄市"), Some(("shijiazhuang", "恒达")));
        let words = ["hong", "kong", "steel"].map(str::to_owned);
        assert_eq!(leading_words(&words), Some((2, "hongkong".to_owned())));
    }

    #[test]
    fn every_city_is_written_in_both_scripts() {
        for entry in CITIES.split_ascii_whitespace() {
            let signs = entry.chars().take_while(|letter| !letter.is_ascii()).count();
            let latin = entry.chars().skip(signs).collect::<String>();
            assert!((2..=5).contains(&signs) && latin.len() >= 3, "{entry}");
            assert_eq!(normalise_city(&entry[..entry.len() - latin.len()]).unwrap(), Some(latin));
        }
    }
}
