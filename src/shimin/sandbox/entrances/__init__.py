"""Stand-ins for WeChat, Weibo and Taobao: the pages where people agree, and the addresses that say who did."""
