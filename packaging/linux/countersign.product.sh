# What the installer needs to know about the MFA service.
product=countersign
title='Countersign MFA service'
program=countersign
default_dir=/opt/countersign
default_user=countersign
default_group=
