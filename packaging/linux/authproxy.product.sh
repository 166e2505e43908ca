# What the installer needs to know about the authentication proxy.
product=countersign-authproxy
title='Countersign authentication proxy'
program=authproxy
default_dir=/opt/countersign-authproxy
default_user=authproxy_svc
default_group=authproxy_grp
