# RADIUS of an AWS directory, with the rules of both security groups and a generated secret.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.5"
    }
  }
}

variable "directory_id" {
  description = "The directory: AD Connector or AWS Managed Microsoft AD"
  type        = string
}

variable "proxy_addresses" {
  description = "Private addresses of the authentication proxies"
  type        = set(string)
}

variable "proxy_security_group_id" {
  description = "The security group of the proxies"
  type        = string
}

variable "radius_port" {
  type    = number
  default = 1812
}

variable "enable_radius" {
  description = "Set it to true once the proxies run with the secret: AWS probes them from every controller"
  type        = bool
  default     = false
}

data "aws_directory_service_directory" "this" {
  directory_id = var.directory_id
}

locals {
  is_connector = data.aws_directory_service_directory.this.type == "ADConnector"
  # For an AD Connector, the DNS addresses are your own servers and no RADIUS clients.
  controllers = (
    local.is_connector
    ? data.aws_directory_service_directory.this.connect_settings[0].connect_ips
    : data.aws_directory_service_directory.this.dns_ip_addresses
  )
}

resource "random_password" "radius" {
  length  = 40
  special = false
}

resource "aws_secretsmanager_secret" "radius" {
  name        = "countersign-radius-${var.directory_id}"
  description = "radius_secret_N in authproxy.cfg of every proxy"
}

resource "aws_secretsmanager_secret_version" "radius" {
  secret_id     = aws_secretsmanager_secret.radius.id
  secret_string = random_password.radius.result
}

resource "aws_vpc_security_group_ingress_rule" "radius" {
  for_each          = toset(local.controllers)
  security_group_id = var.proxy_security_group_id
  description       = "RADIUS from a controller of ${var.directory_id}"
  ip_protocol       = "udp"
  from_port         = var.radius_port
  to_port           = var.radius_port
  cidr_ipv4         = "${each.value}/32"
}

resource "aws_vpc_security_group_egress_rule" "radius" {
  for_each          = var.proxy_addresses
  security_group_id = data.aws_directory_service_directory.this.security_group_id
  description       = "RADIUS to an authentication proxy"
  ip_protocol       = "udp"
  from_port         = var.radius_port
  to_port           = var.radius_port
  cidr_ipv4         = "${each.value}/32"
}

resource "aws_directory_service_radius_settings" "this" {
  count                   = var.enable_radius ? 1 : 0
  directory_id            = var.directory_id
  authentication_protocol = "PAP"
  display_label           = "Countersign"
  radius_port             = var.radius_port
  radius_retries          = 0
  radius_servers          = var.proxy_addresses
  radius_timeout          = 20
  shared_secret           = random_password.radius.result

  depends_on = [
    aws_vpc_security_group_ingress_rule.radius,
    aws_vpc_security_group_egress_rule.radius,
  ]
}

output "controllers" {
  description = "radius_ip_N in authproxy.cfg"
  value       = local.controllers
}

output "secret_arn" {
  value = aws_secretsmanager_secret.radius.arn
}
