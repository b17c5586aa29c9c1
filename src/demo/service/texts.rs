//! What do customers and technicians write about a case, in English and Chinese?

/// A text in English and in Chinese.
pub(super) type Said = (&'static str, &'static str);

/// The text in the customer's language.
pub(super) fn said(text: Said, is_chinese: bool) -> &'static str {
    if is_chinese { text.1 } else { text.0 }
}

/// What a case is called, by its kind; `{}` stands for the product.
pub(super) fn subjects(kind: &str) -> &'static [Said] {
    match kind {
        "repair" => &[
            ("{} shows no reading", "{}无读数"),
            ("{} drifts since last week", "{}上周起读数漂移"),
            ("Display of the {} stays dark", "{}显示屏不亮"),
            ("{} leaks at the process connection", "{}过程接口渗漏"),
            ("Output of the {} is stuck at 20 mA", "{}输出卡在20毫安"),
            ("{} reports a sensor error", "{}报传感器故障"),
        ],
        "question" => &[
            ("How to set the range of the {}", "{}量程如何设置"),
            ("Which cable fits the {}", "{}配哪种电缆"),
            ("Password of the {} is lost", "{}密码遗失"),
            ("Reading the memory of the {}", "{}如何读取存储数据"),
            ("May the {} be used with steam", "{}能否用于蒸汽"),
        ],
        "calibration" => &[
            ("Yearly calibration of the {}", "{}年度校准"),
            ("Certificate for the {} runs out", "{}证书即将到期"),
            ("Auditor asks for a calibration of the {}", "审核要求校准{}"),
        ],
        "complaint" => &[
            ("{} arrived with a scratched housing", "{}到货外壳划伤"),
            ("{} does not meet its data sheet", "{}达不到样本精度"),
            ("Second failure of the {} within a year", "{}一年内第二次故障"),
            ("Wrong manual came with the {}", "{}随附说明书有误"),
        ],
        _ => &[
            ("Start-up of the {} on site", "{}现场调试"),
            ("Wiring of the {} to the control system", "{}接入控制系统"),
            ("Replacement of an old device by the {}", "以{}更换旧仪表"),
        ],
    }
}

/// How a case was solved, by its cause.
pub(super) fn resolutions(cause: &str) -> &'static [Said] {
    match cause {
        "defect" => &[
            ("Circuit board replaced and tested", "更换电路板并测试"),
            ("Sensor element replaced, zero adjusted", "更换传感元件并调零"),
            ("Display module replaced", "更换显示模块"),
        ],
        "wear" => &[
            ("Seals renewed", "更换密封件"),
            ("Electrode renewed, two-point adjustment done", "更换电极，两点标定"),
            ("Battery pack exchanged", "更换电池组"),
        ],
        "wiring" => &[
            ("Polarity corrected at the terminals", "纠正端子极性"),
            ("Shield earthed on one side", "屏蔽层单端接地"),
            ("Loop resistance lowered", "降低回路电阻"),
        ],
        "handling" => &[
            ("Settings restored, operator shown how", "恢复设置并指导操作"),
            ("Mounting position explained", "说明安装位置"),
            ("Vent valve had been left open", "排气阀未关"),
        ],
        "software" => &[
            ("Firmware updated", "升级固件"),
            ("Driver installed again", "重新安装驱动"),
            ("Parameters loaded from the backup", "由备份恢复参数"),
        ],
        "calibration_due" => &[
            ("Calibrated, within tolerance", "已校准，误差在允许范围内"),
            ("Calibrated and adjusted", "已校准并调整"),
            ("Calibrated, certificate sent", "已校准，证书已寄出"),
        ],
        _ => &[
            ("Answered on the phone", "电话答复"),
            ("Page of the manual sent", "已发送说明书相关页"),
            ("Suitable accessory named", "已推荐合适附件"),
        ],
    }
}

/// What is noted with an event, by its kind.
pub(super) fn notes(kind: &str) -> &'static [Said] {
    match kind {
        "created" => &[
            ("Received by the desk", "服务台已受理"),
            ("Serial number checked", "已核对序列号"),
            ("Photographs attached", "附现场照片"),
        ],
        "assigned" => &[
            ("Handed to the technician on duty", "转当班工程师"),
            ("Assigned by region", "按区域分派"),
            ("Assigned to who knows the plant", "分派给熟悉现场的工程师"),
        ],
        "reply" => &[
            ("Called back, symptoms confirmed", "回电确认现象"),
            ("Asked for the settings", "请对方提供参数"),
            ("Sent instructions by mail", "邮件发送操作步骤"),
            ("Next step agreed", "商定下一步"),
        ],
        "visit" => &[
            ("Inspected on site", "现场检查"),
            ("Worked on the device in the plant", "在现场维修"),
            ("Visit together with the operator", "与操作人员一同检查"),
        ],
        "note" => &[
            ("Waiting for a spare part", "等待备件"),
            ("Waiting for the customer's shutdown", "等待客户停机"),
            ("Waiting for the customer's answer", "等待客户答复"),
        ],
        "reopened" => &[
            ("The fault came back", "故障重现"),
            ("Customer reports the same again", "客户反映同样问题"),
        ],
        _ => &[
            ("Solved, customer agrees", "已解决，客户确认"),
            ("Report sent", "服务报告已发送"),
            ("Closed after a test run", "试运行后结案"),
        ],
    }
}

/// What is answered to a questionnaire, from the lowest score to the highest.
pub(super) const COMMENTS: [&[Said]; 3] = [
    &[
        ("Waited far too long", "等待时间太长"),
        ("The fault came back after a day", "一天后故障又出现"),
        ("Nobody called back", "没有人回电"),
        ("Each time another person", "每次换一个人"),
    ],
    &[
        ("Solved in the end", "最终解决了"),
        ("Friendly, but slow", "态度好，但慢"),
        ("Parts are expensive", "备件较贵"),
    ],
    &[
        ("Quick and competent", "快速而专业"),
        ("The technician explained everything", "工程师讲解清楚"),
        ("Thanks to the whole team", "感谢整个团队"),
        ("Works better than before", "比以前更好用"),
    ],
];
