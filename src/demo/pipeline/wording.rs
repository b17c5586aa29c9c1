//! In which words do salespeople write down what they spoke about, in English and in Chinese?
//!
//! `{}` stands for a product.

use super::super::products::Product;
use super::super::random::Stream;
use super::super::world::{Customer, World};

/// English and Chinese templates.
type Templates = (&'static [&'static str], &'static [&'static str]);

const SELLING: Templates = (
    &[
        "New {} shown, price list left",
        "Offered to replace the old {}",
        "Trial of the {} proposed",
        "Talked through the options for the {}",
        "Framework agreement for the {} suggested",
        "Compared the {} with what they have",
        "Asked about needs for next quarter, {} of interest",
        "Presented references for the {}",
        "Spare {} suggested for the shutdown",
        "Bundle with the {} explained",
        "Extension of the line: {} would fit",
        "Went over the data sheet of the {}",
    ],
    &[
        "介绍新款{}，留下价目表",
        "建议更换旧{}",
        "提议试用{}",
        "讨论{}的选型",
        "建议签订{}框架协议",
        "与客户现用产品对比{}",
        "了解下季度需求，对{}感兴趣",
        "介绍{}的应用案例",
        "建议检修前备一台{}",
        "讲解含{}的套餐",
        "产线扩建，可配{}",
        "逐项说明{}的技术参数",
    ],
);

const RELATIONSHIP: Templates = (
    &[
        "Met the new plant manager",
        "Lunch with purchasing",
        "Review of the past half year",
        "Season's greetings",
        "Caught up after the reorganisation",
        "Introduced the new colleague in the office",
        "Walked through the plant",
        "Thanked for the reference on the {}",
        "Plans for the coming year",
        "Asked how the {} is doing",
        "Courtesy call",
        "Talked about their new site",
    ],
    &[
        "拜访新任厂长",
        "与采购部门共进午餐",
        "回顾上半年合作情况",
        "节日问候",
        "了解客户组织调整",
        "介绍新同事",
        "参观客户车间",
        "感谢客户推荐{}",
        "沟通来年计划",
        "询问{}使用情况",
        "例行问候",
        "了解客户新厂区",
    ],
);

const SERVICE_FOLLOW_UP: Templates = (
    &[
        "Is the {} running well since the repair?",
        "Calibration dates agreed",
        "Asked whether the certificate arrived",
        "Commissioning of the {} checked",
        "Reminder of the yearly calibration",
        "Readings of the {} are stable again",
        "Handed over the service report",
        "Spare parts for the {} in place",
        "Training of two operators on the {}",
        "Asked about the technician's visit",
    ],
    &[
        "回访{}维修后运行情况",
        "商定校准日期",
        "确认证书是否收到",
        "检查{}的调试",
        "提醒年度校准",
        "{}读数恢复稳定",
        "移交服务报告",
        "{}备件已到位",
        "培训两名操作员使用{}",
        "了解技术员上门情况",
    ],
);

const ORDER: Templates = (
    &[
        "Delivery date of the {} confirmed",
        "Quantity of the {} changed before shipping",
        "Order for the {} talked through",
        "Shipping papers cleared up",
        "Partial delivery of the {} agreed",
        "Purchase order number added",
        "Packing of the {} for export discussed",
        "Terms of payment confirmed",
        "Delivery address corrected",
        "Quote for the {} explained",
    ],
    &[
        "确认{}交货期",
        "发货前调整{}数量",
        "核对{}订单",
        "核对发货单据",
        "商定{}分批交货",
        "补充采购单号",
        "讨论{}出口包装",
        "确认付款条件",
        "更正收货地址",
        "说明{}报价",
    ],
);

const REQUEST: Templates = (
    &[
        "Please send a quote for the {}",
        "Data sheet of the {} wanted",
        "Can the {} be delivered earlier?",
        "Somebody should come and look at the {}",
        "Certificate of origin needed",
        "Copy of the last invoice needed",
        "Wants a demonstration of the {}",
        "Manual of the {} in another language",
    ],
    &[
        "请报{}的价格",
        "索取{}样本",
        "{}能否提前交货",
        "希望派人看一下{}",
        "需要原产地证明",
        "需要上一张发票复印件",
        "希望演示{}",
        "索取{}的英文手册",
    ],
);

const COMPLAINT: Templates = (
    &[
        "The {} came with a dented housing",
        "Delivery two days late",
        "Wrong length of cable with the {}",
        "Invoice does not match the order",
        "Nobody could be reached on the hot line",
        "Display of the {} flickers",
        "Certificate of the {} missing",
        "The {} drifts after a week",
    ],
    &[
        "{}外壳有凹痕",
        "交货晚了两天",
        "{}的电缆长度不对",
        "发票与订单不符",
        "服务热线打不通",
        "{}显示屏闪烁",
        "缺少{}的证书",
        "{}一周后漂移",
    ],
);

const QUESTION: Templates = (
    &[
        "Which range of the {} suits steam?",
        "Does the {} speak Modbus?",
        "How often should the {} be calibrated?",
        "Is the {} still made next year?",
        "Can the {} be mounted outdoors?",
        "Which seal for hot oil?",
        "What is the accuracy of the {} at low range?",
        "Who is our contact for service now?",
    ],
    &[
        "测蒸汽选{}哪个量程",
        "{}是否支持Modbus",
        "{}多久校准一次",
        "{}明年是否停产",
        "{}能否室外安装",
        "热油用哪种密封",
        "{}小量程精度如何",
        "现在的服务联系人是谁",
    ],
);

const REPLY: Templates = (
    &[
        "Answered the question about the {}",
        "Sent the papers asked for",
        "Called back, date agreed",
        "Sent the data sheet of the {}",
        "Explained the settings of the {}",
        "Gave the delivery date of the {}",
        "Passed on to the right colleague and told them so",
        "Cleared up on the phone",
    ],
    &[
        "答复关于{}的问题",
        "已寄送所需资料",
        "已回电，约定时间",
        "已发{}样本",
        "说明{}的设置",
        "告知{}交货期",
        "已转给负责同事并告知客户",
        "电话中已说明",
    ],
);

const COMPLAINT_HANDLING: Templates = (
    &[
        "Apologised, replacement of the {} on its way",
        "Credit note promised",
        "Technician will look at the {}",
        "Corrected invoice sent",
        "Missing certificate sent",
        "Explained what went wrong with the delivery",
        "Cable exchanged free of charge",
        "Settled with the plant engineer",
    ],
    &[
        "致歉，{}换货已发出",
        "答应开红字发票",
        "将派技术员检查{}",
        "已寄更正发票",
        "已补寄证书",
        "说明交货延误原因",
        "免费更换电缆",
        "已与客户工程师协商解决",
    ],
);

const TITLES: Templates = (
    &[
        "{} for the new line",
        "Replacement of old devices by the {}",
        "Extension of plant 2 with the {}",
        "Yearly needs: {}",
        "{} for the tank farm",
        "{} for the boiler house",
        "Retrofit of the water works with the {}",
        "{} for a pilot plant",
        "Standardising on the {}",
        "Shutdown in autumn: {}",
        "{} for export machines",
        "Laboratory equipment around the {}",
    ],
    &[
        "新产线{}",
        "用{}更换旧设备",
        "二期扩建{}项目",
        "年度采购{}",
        "罐区{}项目",
        "锅炉房{}项目",
        "水厂{}改造",
        "中试装置{}",
        "{}标准化选型",
        "秋季检修{}",
        "出口设备配套{}",
        "实验室{}配置",
    ],
);

/// What a contact was about.
pub(super) fn subject(
    purpose: &str,
    customer: &Customer,
    product: &Product,
    stream: &mut Stream,
) -> String {
    let templates = match purpose {
        "selling" => SELLING,
        "service_follow_up" => SERVICE_FOLLOW_UP,
        "order" => ORDER,
        "request" => REQUEST,
        "complaint" => COMPLAINT,
        "question" => QUESTION,
        "reply" => REPLY,
        "complaint_handling" => COMPLAINT_HANDLING,
        _ => RELATIONSHIP,
    };
    filled(templates, customer, product, stream)
}

/// What an opportunity is called.
pub(super) fn title(customer: &Customer, product: &Product, stream: &mut Stream) -> String {
    filled(TITLES, customer, product, stream)
}

/// What an agreement for a year is called.
pub(super) fn framework(customer: &Customer, product: &Product) -> String {
    if customer.is_chinese {
        format!("{}年度框架协议", product.name_zh)
    } else {
        format!("Framework agreement: {}", product.name)
    }
}

fn filled(
    templates: Templates,
    customer: &Customer,
    product: &Product,
    stream: &mut Stream,
) -> String {
    let (list, name) = if customer.is_chinese {
        (templates.1, &product.name_zh)
    } else {
        (templates.0, &product.name)
    };
    stream.pick(list).replace("{}", name)
}

/// A product that the customer might buy: of a category to its taste, and of its tier.
pub(super) fn product<'a>(
    world: &'a World,
    customer: &Customer,
    stream: &mut Stream,
) -> &'a Product {
    let category = stream.weighted(&customer.tastes);
    let groups = world.products.iter().filter(|product| {
        product.category == category && product.tier == customer.tier && is_ordered(product)
    });
    let wanted = stream.place(groups.clone().count());
    groups.into_iter().nth(wanted).unwrap_or(&world.products[0])
}

/// Whether customers order it by itself, at the price of its tier.
fn is_ordered(product: &Product) -> bool {
    use super::super::products::Kind;
    match product.kind {
        Kind::Goods => true,
        Kind::Work => product.sku.starts_with('K'),
        Kind::Part | Kind::Kit => false,
    }
}
