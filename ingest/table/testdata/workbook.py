# Writes workbook.xlsx with openpyxl 3.1: another program's idea of a workbook.
import datetime as dt
from openpyxl import Workbook

wb = Workbook()
ws = wb.active
ws.title = "合同"
ws.append([])
ws.append(["customer", "开始", "value", "open", "code", "when", "note"])
ws.append(["A 公司", dt.date(2024, 1, 31), 1234.5, True, "00501", dt.datetime(2024, 2, 29, 13, 30), "=1+1"])
ws.append([])
ws.append([42, dt.date(1900, 2, 28), 0.1 + 0.2, False, "7", None, "x<y & z"])
ws.append([None, dt.date(2024, 12, 31), -3, None, None, None, None])
ws["B6"].number_format = 'yyyy"年"m"月"d"日"'
ws["B3"].number_format = "dd/mm/yyyy"
wb.create_sheet("other").append(["x"])
wb.save("workbook.xlsx")
