package column

// What a file may declare. Each limit is far above what writers produce and low
// enough that a hostile file cannot exhaust memory or time: every size is checked
// against the bytes that are really there before anything is allocated for it.
const (
	// maxFooterBytes bounds the footer. 10,000 columns in 100 row groups come to
	// about 150 MB; files in use stay under a few MB.
	maxFooterBytes = 1 << 28

	// maxPageBytes bounds a page before and after decompression. Writers aim at 1 MB
	// (DuckDB at most 100 MB); fastparquet writes a chunk of 50 M doubles as one page.
	maxPageBytes = 1 << 29

	// A page above anyRatioBytes may decompress to at most maxInflation times its
	// stored bytes: a page of zeros passes, a few kilobytes that ask for half a
	// gigabyte do not.
	anyRatioBytes = 1 << 26
	maxInflation  = 1 << 10

	// maxHeaderBytes bounds a page header, which holds a few numbers and, in some
	// files, the smallest and largest value of the page.
	maxHeaderBytes = 1 << 24

	// maxBatchText bounds the text of one batch or dictionary, whose offsets have 32
	// bits: a prefix or dictionary entry that recurs takes its length every time.
	maxBatchText = maxPageBytes

	// A file has at most anyRows rows, or maxRowsPerByte for each of its bytes. Run lengths
	// hold any number of equal rows in a few bytes, so sizes alone bound neither the time
	// that reading takes nor the memory for the rows: without this, 200 bytes could ask for
	// 2^62 rows. Real exports have fewer than 4 rows to a byte; anyRows, at the 24 bytes or
	// more that a Ledger in the making takes for a row, come to 400 MB.
	anyRows        = 1 << 24
	maxRowsPerByte = 1 << 6

	// heldPlaces bounds the places of decimals that are stored as bytes, so that 64 bits
	// hold millions at the DECIMAL(38,18) that Spark makes of any number. A value that
	// really has more places is Bad.
	heldPlaces = 12

	// maxThriftDepth bounds nesting in the footer and in page headers, which is 6
	// in the format.
	maxThriftDepth = 32

	// minChunkBytes is the least that the footer's entry of one column chunk takes: its
	// nine required fields. It keeps a list of empty entries, one byte each, from being
	// decoded into structures of several hundred bytes each.
	minChunkBytes = 16
)
