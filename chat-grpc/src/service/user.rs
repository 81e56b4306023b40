use tonic::{Code, Request, Response, Status};

use super::{Calls, answer};
use crate::{read, refusal::Refusal, v1};

#[tonic::async_trait]
impl v1::users_server::Users for Calls {
    async fn register(&self, request: Request<v1::RegisterRequest>) -> Result<Response<v1::SignedInUser>, Status> {
        answer(async {
            if self.0.chat.host_signs_in() {
                return Err(Refusal::new(
                    Code::Unimplemented,
                    "route_not_found",
                    "users register with the application",
                ));
            }
            self.0.stranger(&request);
            Ok(self.0.chat.register(read::register(request.into_inner())?).await?.into())
        })
        .await
    }

    async fn get_me(&self, request: Request<v1::GetMeRequest>) -> Result<Response<v1::User>, Status> {
        answer(async {
            let (caller, _) = self.0.signed_in(request)?;
            Ok(self.0.chat.me(&caller).await?.into())
        })
        .await
    }

    async fn update_me(&self, request: Request<v1::UpdateMeRequest>) -> Result<Response<v1::User>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.update_me(&caller, read::update_user(request)?).await?.into())
        })
        .await
    }

    async fn get_profile(&self, request: Request<v1::GetProfileRequest>) -> Result<Response<v1::Profile>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.profile(&caller, &read::user_id(&request.user_id)?).await?.into())
        })
        .await
    }
}
