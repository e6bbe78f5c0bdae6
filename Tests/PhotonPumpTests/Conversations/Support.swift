@testable import PhotonPump

extension Step {
    var result: Result<Output, PhotonPumpError> {
        switch self {
        case .finish(let output): .success(output)
        case .fail(let error): .failure(error)
        case .retry: .failure(PhotonPumpError(.notHandled, "retry"))
        case .redirect(_, let error), .unfinished(let error): .failure(error)
        }
    }

    var error: PhotonPumpError? {
        switch self {
        case .fail(let error), .unfinished(let error): error
        case .finish, .retry, .redirect: nil
        }
    }
}
