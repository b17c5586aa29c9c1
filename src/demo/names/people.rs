//! What are people called?

use super::super::random::Stream;
use super::words;

/// What a person is called.
pub(in super::super) struct PersonName {
    /// in Latin script
    pub(in super::super) english: String,
    /// in Chinese, where the person is
    pub(in super::super) chinese: String,
}

const SURNAMES_ZH: &str = "\
    王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 赵Zhao 黄Huang 周Zhou 吴Wu 徐Xu 孙Sun 胡Hu 朱Zhu \
    高Gao 林Lin 何He 郭Guo 马Ma 罗Luo 梁Liang 宋Song 郑Zheng 谢Xie 韩Han 唐Tang 冯Feng 于Yu \
    董Dong 萧Xiao 程Cheng 曹Cao 袁Yuan 邓Deng 许Xu 傅Fu 沈Shen 曾Zeng 彭Peng 吕Lv 苏Su 卢Lu \
    蒋Jiang 蔡Cai 贾Jia 丁Ding 魏Wei 薛Xue 叶Ye 阎Yan 余Yu 潘Pan 杜Du 戴Dai 夏Xia 钟Zhong \
    汪Wang 田Tian 任Ren 姜Jiang 范Fan 方Fang 石Shi 姚Yao";

const GIVEN_ZH: &str = "\
    伟wei 芳fang 娜na 敏min 静jing 丽li 强qiang 磊lei 军jun 洋yang 勇yong 艳yan 杰jie 娟juan \
    涛tao 明ming 超chao 秀xiu 霞xia 平ping 刚gang 桂gui 文wen 辉hui 玲ling 华hua 建jian 国guo \
    晓xiao 红hong 宇yu 浩hao 鑫xin 佳jia 雨yu 欣xin 怡yi 梦meng 婷ting 雪xue 慧hui 颖ying 琳lin \
    博bo 晨chen 凯kai 峰feng 鹏peng 飞fei 斌bin 波bo 龙long 林lin 春chun 梅mei 志zhi 海hai \
    东dong 昊hao 轩xuan 然ran 子zi 思si 嘉jia 俊jun 宁ning 瑞rui 天tian 清qing 云yun";

const GIVEN: &str = "\
    Anna Ben Clara David Elena Felix Greta Henrik Ines Jonas Karin Lars Maria Nils Olga Paul Petra \
    Robert Sofia Thomas Ulla Viktor Wanda Yusuf Zoe Pierre Camille Luc Giulia Marco Paola Carlos \
    Lucia Miguel Rosa Diego James Emma Oliver Grace William Chloe Daniel Hannah Samuel Ruth \
    Jakub Ewa Tomas Jana Kenji Yuki Hiroshi Aiko Minjun Seoyeon Somchai Nur Aisha Arjun Priya \
    Linh Tuan Ahmed Leila Mikko Aino Ingrid Bjorn Freja Thiago Beatriz Zoltan Katalin";

const SURNAMES: &str = "\
    Albrecht Brandt Castelli Dahlgren Eriksen Fischer Gruber Hofmann Iversen Jansen Keller \
    Lindqvist Moretti Nowak Olsen Petrov Quintero Rossi Schneider Thomsen Ullmann Vermeer \
    Weber Zimmermann Lefebvre Moreau Girard Bianchi Ferrari Conti Garcia Moreno Navarro Silva \
    Costa Ramos Smith Walker Hughes Bennett Carter Foster Palmer Reid Murphy Doyle Kowalski \
    Zielinska Novotny Horak Tanaka Suzuki Yamamoto Sato Kim Park Choi Tan Lim Wong Nguyen \
    Tran Patel Sharma Hassan Rahman Korhonen Virtanen Berg Holm Nielsen Haugen Souza Almeida \
    Szabo Nagy Svoboda Andersson";

/// A person's name.
pub(in super::super) fn person(stream: &mut Stream, is_chinese: bool) -> PersonName {
    if !is_chinese {
        let given = words::word(GIVEN, stream.place(74));
        let surname = words::word(SURNAMES, stream.place(78));
        return PersonName { english: format!("{given} {surname}"), chinese: String::new() };
    }
    // The first surnames are the most frequent ones.
    let surname = words::sign(SURNAMES_ZH, stream.place(64).min(stream.place(64)));
    let first = words::sign(GIVEN_ZH, stream.place(70));
    let mut chinese = String::from_iter([surname.0, first.0]);
    let mut given = super::capital(first.1);
    if !stream.chance(180) {
        let second = words::sign(GIVEN_ZH, stream.place(70));
        chinese.push(second.0);
        given.push_str(second.1);
    }
    PersonName { english: format!("{} {given}", surname.1), chinese }
}

/// A name in small Latin letters as addresses on the web have it: blanks become points.
pub(in super::super) fn latin(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        match letter {
            ' ' => out.push('.'),
            _ if letter.is_ascii_alphanumeric() => out.push(letter.to_ascii_lowercase()),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{GIVEN, GIVEN_ZH, SURNAMES, SURNAMES_ZH, Stream, latin, person};

    #[test]
    fn lists_are_as_long_as_they_are_drawn_from() {
        let lengths = [(GIVEN, 74), (SURNAMES, 78), (SURNAMES_ZH, 64), (GIVEN_ZH, 70)];
        for (list, length) in lengths {
            assert_eq!(list.split_ascii_whitespace().count(), length, "{list:.20}");
        }
    }

    #[test]
    fn people_have_two_names_where_they_are_chinese() {
        let mut stream = Stream::of(1, "test", 0, 0);
        for _ in 0..200 {
            let name = person(&mut stream, true);
            assert!(name.chinese.chars().count() >= 2 && name.english.contains(' '));
            assert!(person(&mut stream, false).chinese.is_empty());
        }
        assert_eq!(latin("Anna van Holm"), "anna.van.holm");
    }
}
