package parts

import "watercooler/static"

var icons = static.Path("icons.svg#")
