"""The sample newsroom: invented outlets, served on loopback over real sockets, with what a crawl of them must yield."""
