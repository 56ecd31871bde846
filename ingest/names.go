package ingest

import (
	"strings"

	"mainstay/ingest/spelling"
)

// Roles of columns, as in RoleChoice.Role and in the configuration.
const (
	RoleCustomer = "customer"
	RoleTime     = "time"
	RoleAmount   = "amount"
	RoleOrder    = "order"
	RoleUnits    = "units"
	RolePrice    = "price"
	RoleCost     = "cost"
	RoleDiscount = "discount"
	RoleCurrency = "currency"
	RoleStatus   = "status"
	RoleCategory = "category"
	RoleProduct  = "product"
	RoleChannel  = "channel"
	RoleRegion   = "region"
	RoleManager  = "manager"
	RoleName     = "name"
	RoleIndustry = "industry"
	RoleLineType = "line_type"
)

// role is how a column is found for one purpose. names are exact normalised names
// (see spelling.Normal), in tiers: a name of an earlier tier says more plainly what is meant,
// and later tiers are looked at only when no column has one. Within a tier nothing
// is preferred: two columns are an ambiguity. Nothing is found by part of a name.
type role struct {
	name     string
	flag     string
	what     string // for people
	required bool
	needs    needs
	field    func(m *Mapping) *string
	tiers    []string // space-separated names
}

var roles = []role{
	{RoleCustomer, "--customer", "the customer key", true, needsKey, func(m *Mapping) *string { return &m.Customer }, []string{
		`customerid customerkey customernumber customerno customercode custid custkey custnumber custno custcode
		clientid clientkey clientnumber clientno clientcode accountid accountkey accountnumber accountno accountcode
		householdid householdkey resellerid resellerkey buyerid buyerkey memberid memberno userid
		客户编号 客户编码 客户代码 客户号 客户id 会员编号 会员号`,
		`customer cust client account household reseller buyer 客户`}},
	{RoleTime, "--time", "the date or time", true, needsTime, func(m *Mapping) *string { return &m.Time }, []string{
		`date orderdate invoicedate transactiondate transdate txndate purchasedate saledate salesdate billingdate postingdate
		datetime orderdatetime invoicedatetime transactiondatetime timestamp ts ordertimestamp invoicetimestamp
		transactiontimestamp purchasetimestamp ordertime transactiontime purchasetime orderedat purchasedat
		日期 订单日期 订单时间 下单日期 下单时间 交易日期 交易时间 销售日期 购买日期 开票日期 发票日期 成交日期`}},
	{RoleAmount, "--amount", "the amount", true, needsNumber, func(m *Mapping) *string { return &m.Amount }, []string{
		`amount salesamount saleamount lineamount netamount totalamount transactionamount linetotal lineextension extendedamount
		extendedprice totalprice revenue netrevenue salesrevenue netsales sales salesvalue netvalue dollarvalue turnover
		金额 销售额 销售金额 成交金额 交易金额 总金额 总价 营业额`}},
	{RoleOrder, "--order", "the order id", false, needsKey, func(m *Mapping) *string { return &m.Order }, []string{
		`orderid orderkey ordernumber orderno ordercode order salesorderid salesorderkey salesordernumber salesorderno salesorder
		订单号 订单编号 订单id 订单`,
		`invoiceid invoicekey invoicenumber invoiceno invoice 发票号 发票号码 发票编号`,
		`basketid basketkey transactionid transactionkey transactionnumber transactionno txnid receiptid receiptnumber receiptno
		documentnumber documentno 交易号 交易编号 单号 单据号`}},
	{RoleUnits, "--units", "the units sold", false, needsNumber, func(m *Mapping) *string { return &m.Units }, []string{
		// numberofcds is CDNOW's, the data set on which the field compares its models.
		`quantity qty units unitssold orderquantity orderqty quantityordered qtyordered salesquantity quantitysold qtysold
		numberofunits numberofcds 数量 销售数量 销量 订购数量 件数`}},
	{RolePrice, "--price", "the unit price", false, needsNumber, func(m *Mapping) *string { return &m.Price }, []string{
		unitPriceNames, `price netprice salesprice saleprice sellingprice 价格`}},
	{RoleCost, "--cost", "the cost of the line", false, needsNumber, func(m *Mapping) *string { return &m.Cost }, []string{
		`cost totalcost totalproductcost linecost costamount cogs costofgoodssold costofsales extendedcost
		成本 总成本 成本金额 销售成本`}},
	{RoleDiscount, "--discount", "the discount as an amount", false, needsNumber, func(m *Mapping) *string { return &m.Discount }, []string{
		`discountamount linediscount totaldiscount discountvalue 折扣金额 优惠金额`}}, // a bare "discount" is as often a rate
	{RoleCurrency, "--currency-column", "the currency code", false, needsText, func(m *Mapping) *string { return &m.Currency }, []string{
		`currency currencycode currencyiso ccy 币种 货币 币别`}},
	{RoleStatus, "--status", "the status of the order", false, needsLabel, func(m *Mapping) *string { return &m.Status }, []string{
		`orderstatus 订单状态`, `status 状态`}},
	{RoleCategory, "--category", "the product category", false, needsLabel, func(m *Mapping) *string { return &m.Category }, []string{
		`category productcategory itemcategory 品类 类别 产品类别 商品类别 产品分类`,
		`productgroup productfamily productline 产品线 产品大类`}},
	{RoleProduct, "--product", "the product", false, needsLabel, func(m *Mapping) *string { return &m.Product }, []string{
		`productid productkey productnumber productno productcode 产品编号 产品编码 产品代码 商品编号 商品编码`,
		`sku skuid stockcode itemid itemkey itemnumber itemno itemcode articlenumber articleno materialnumber 货号 物料编号 物料号`,
		`product item article material 产品 商品 物料`}},
	{RoleChannel, "--channel", "the channel or outlet", false, needsLabel, func(m *Mapping) *string { return &m.Channel }, []string{
		`channel channelid channelcode saleschannel orderchannel 渠道 销售渠道`,
		`outlet outletid outletcode store storeid storekey storecode storeno branch branchid branchcode shop shopid 门店 门店编号 网点`}},
	{RoleRegion, "--region", "the region or country", false, needsLabel, func(m *Mapping) *string { return &m.Region }, []string{
		`region regionid regioncode salesregion 区域 地区 大区 销售区域`,
		`territory territoryid territorykey salesterritory salesterritoryid salesterritorykey`,
		`country countrycode 国家`, `province 省份`}},
	{RoleManager, "--manager", "the account manager", false, needsLabel, func(m *Mapping) *string { return &m.Manager }, []string{
		`accountmanager accountmanagerid keyaccountmanager keyaccountmanagerid 客户经理 大客户经理`,
		`salesrep salesrepid salesrepresentative salesrepemployeenumber salesperson salespersonid salesman accountowner
		业务员 销售员 销售代表`,
		`employeeid employeekey employeenumber`}},
	{RoleName, "--name", "the customer's name", false, needsLabel, func(m *Mapping) *string { return &m.Name }, []string{
		`customername custname clientname accountname householdname resellername buyername 客户名称 客户名 客户姓名`,
		`companyname 公司名称`}},
	{RoleIndustry, "--industry", "the customer's industry", false, needsLabel, func(m *Mapping) *string { return &m.Industry }, []string{
		`industry customerindustry 行业 客户行业 所属行业`, `sector industrysector`}},
	{RoleLineType, "--line-type", "the line type", false, needsLabel, func(m *Mapping) *string { return &m.LineType }, []string{
		`linetype itemtype rowtype 行类型`}},
}

// Names that say that a price or cost is of one unit, so that times the units it is
// the line's.
const (
	unitPriceNames = `unitprice priceeach priceperunit pricepereach unitnetprice netunitprice unitsellingprice unitsaleprice unitsalesprice 单价 销售单价`
	unitCostNames  = `unitcost standardcost costperunit unitproductcost unitstandardcost 单位成本 成本单价`
	rateNames      = `exchangerate fxrate currencyrate conversionrate 汇率`
)

// findRole returns the role of that name.
func findRole(name string) *role {
	for i := range roles {
		if roles[i].name == name {
			return &roles[i]
		}
	}
	panic("no role " + name)
}

// listed reports whether a column's name is in a space-separated list.
func listed(name, names string) bool {
	n := spelling.Normal(name)
	for _, x := range strings.Fields(names) {
		if x == n {
			return true
		}
	}
	return false
}
