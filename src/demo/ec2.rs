//! EC2: DescribeInstances, for callers that sign with credentials of the simulator.

use crate::os::http::{HttpRequest, HttpResponse, parse_form};

use super::accounts::SimulatedAccount;
use super::authentication::authenticate;
use super::resources::{Ec2Instance, ec2_instances, find_account, resource_id};
use super::service_error::{HandlerResult, ServiceError, SimulatedService};
use super::sigv4::Signature;
use super::state::SimulatorState;
use super::wire::{REQUEST_ID, escape, new_request_id, parameter};

/// DescribeInstances. Each account has its instances in the region of its directory.
pub(super) fn describe_instances(
    state: &mut SimulatorState,
    request: &HttpRequest,
) -> HandlerResult {
    let caller = authenticate(state, request, SimulatedService::Ec2)?;
    let region = Signature::parse(request)
        .map(|signature| signature.region().to_owned())
        .unwrap_or_default();
    let selection = InstanceSelection::parse(request)?;
    let found = find_account(&state.organization, caller.account)
        .filter(|(directory, _)| directory.region == region);
    let instances =
        found.map(|(_, account)| (account, ec2_instances(account))).into_iter().flat_map(
            |(account, instances)| instances.into_iter().map(move |instance| (account, instance)),
        );
    let instances: Vec<_> = instances.collect();
    let known = |id: &String| instances.iter().any(|(_, instance)| instance.id == *id);
    if let Some(missing) = selection.ids.iter().find(|id| !known(id)) {
        return Err(ServiceError::new(
            400,
            "InvalidInstanceID.NotFound",
            format!("The instance ID '{missing}' does not exist"),
        ));
    }
    let reservations: String = instances
        .iter()
        .filter(|(_, instance)| selection.includes(instance))
        .map(|(account, instance)| reservation(account, instance, &region))
        .collect();
    let id = new_request_id();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse \
         xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{id}</requestId>\
         <reservationSet>{reservations}</reservationSet></DescribeInstancesResponse>"
    );
    Ok(HttpResponse::new(200, "text/xml;charset=UTF-8", body).with_header(REQUEST_ID, id))
}

/// Any other action.
pub(super) fn unknown_action(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    authenticate(state, request, SimulatedService::Ec2)?;
    let action = parameter(request, "Action").unwrap_or_default();
    Err(ServiceError::new(
        400,
        "InvalidAction",
        format!(
            "The action {action} is not valid for this web service: \
             the demo's EC2 has DescribeInstances only"
        ),
    ))
}

/// The instances that a request selects.
struct InstanceSelection {
    ids: Vec<String>,
    /// Names and accepted values.
    filters: Vec<(String, Vec<String>)>,
}

impl InstanceSelection {
    /// Parses `InstanceId.N`, `Filter.N.Name` and `Filter.N.Value.M`.
    fn parse(request: &HttpRequest) -> Result<Self, ServiceError> {
        let form = parse_form(&String::from_utf8_lossy(&request.body));
        let values = |prefix: &str| -> Vec<String> {
            let of =
                |(key, value): &(String, String)| key.starts_with(prefix).then(|| value.clone());
            form.iter().filter_map(of).collect()
        };
        let mut filters = Vec::new();
        for (key, name) in &form {
            let Some(number) =
                key.strip_prefix("Filter.").and_then(|rest| rest.strip_suffix(".Name"))
            else {
                continue;
            };
            if !["instance-state-name", "instance-id", "instance-type", "tag:Name"]
                .contains(&name.as_str())
            {
                return Err(ServiceError::new(
                    400,
                    "InvalidParameterValue",
                    format!("The filter '{name}' is invalid"),
                ));
            }
            filters.push((name.clone(), values(&format!("Filter.{number}.Value."))));
        }
        Ok(Self { ids: values("InstanceId."), filters })
    }

    fn includes(&self, instance: &Ec2Instance) -> bool {
        let matches = |(name, accepted): &(String, Vec<String>)| {
            let value = match name.as_str() {
                "instance-state-name" => state_of(instance).1,
                "instance-id" => &instance.id,
                "instance-type" => instance.instance_type,
                _ => instance.name,
            };
            accepted.iter().any(|one| one == value)
        };
        (self.ids.is_empty() || self.ids.contains(&instance.id)) && self.filters.iter().all(matches)
    }
}

/// Returns the code and the name of an instance's state.
fn state_of(instance: &Ec2Instance) -> (u8, &'static str) {
    if instance.is_running { (16, "running") } else { (80, "stopped") }
}

fn reservation(account: &SimulatedAccount, instance: &Ec2Instance, region: &str) -> String {
    let Ec2Instance { id, name, instance_type, private_ip, zone, .. } = instance;
    let (owner, (code, state)) = (account.id.as_str(), state_of(instance));
    let seed = |kind: &str| resource_id(kind, &format!("{owner} {region}"));
    let (vpc, image) = (seed("vpc"), resource_id("ami", region));
    let (subnet, reservation) =
        (resource_id("subnet", &format!("{owner} {zone}")), resource_id("r", id));
    let launched = instance.launched_at.to_rfc3339().replace('Z', ".000Z");
    let host = format!("ip-{}.{region}.compute.internal", private_ip.replace('.', "-"));
    let architecture = if instance_type.starts_with("c7g") { "arm64" } else { "x86_64" };
    let name = escape(name);
    format!(
        "<item><reservationId>{reservation}</reservationId><ownerId>{owner}</ownerId><groupSet/>\
         <instancesSet><item><instanceId>{id}</instanceId><imageId>{image}</imageId>\
         <instanceState><code>{code}</code><name>{state}</name></instanceState>\
         <privateDnsName>{host}</privateDnsName><dnsName/><amiLaunchIndex>0</amiLaunchIndex>\
         <productCodes/><instanceType>{instance_type}</instanceType>\
         <launchTime>{launched}</launchTime><placement>\
         <availabilityZone>{region}{zone}</availabilityZone><groupName/><tenancy>default</tenancy>\
         </placement><monitoring><state>disabled</state></monitoring><subnetId>{subnet}</subnetId>\
         <vpcId>{vpc}</vpcId><privateIpAddress>{private_ip}</privateIpAddress>\
         <architecture>{architecture}</architecture><rootDeviceType>ebs</rootDeviceType>\
         <rootDeviceName>/dev/xvda</rootDeviceName><virtualizationType>hvm</virtualizationType>\
         <hypervisor>xen</hypervisor><ebsOptimized>true</ebsOptimized>\
         <tagSet><item><key>Name</key><value>{name}</value></item></tagSet></item></instancesSet></item>"
    )
}
