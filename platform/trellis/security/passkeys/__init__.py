"""Passkeys: keys that a device keeps for a site, used after the device has seen its owner's finger, face or PIN. So one is two factors."""
