"""What a typed tree is compiled into. No target knows another."""
